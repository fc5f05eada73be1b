namespace LbCore.Transport.Epoll;

/// <summary>Is something registered with a loop's epoll instance.</summary>
internal interface IEpollSource
{
    void OnEvents(uint events);
}
