namespace LbCore.Transport;

/// <summary>Accepts for one loop. Members may be called from any thread.</summary>
internal interface IAcceptor
{
    void Start();

    /// <summary>Goes on after a pause because a connection has ended.</summary>
    void Resume();

    /// <summary>Takes no new arrivals, drains the backlog, closes, and reports to the listener.</summary>
    void Stop();
}
