namespace LbCore.Transport.Epoll;

/// <summary>Is something registered with a loop's epoll instance.</summary>
internal interface IEpollSource
{
    /// <summary>Gets the number of the registration: descriptors are reused, and an old event must not reach a new owner.</summary>
    uint Generation { get; }

    void OnEvents(uint events);
}
