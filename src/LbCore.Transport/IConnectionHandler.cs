using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Serves accepted connections. One handler serves all loops; calls come from the connection's loop.</summary>
public interface IConnectionHandler
{
    /// <summary>
    /// Serves one connection to its end. The returned task is the connection's one observed root: when it completes, the
    /// connection is disposed of; when it fails, the connection is aborted and the error counted and logged.
    /// </summary>
    /// <remarks>Must not block, and must be back on the connection's loop (<see cref="EventLoop.SwitchTo"/>) when it ends.</remarks>
    Task HandleAsync(TransportConnection connection);
}
