using System.Threading;
using LbCore.Diagnostics;
using LbCore.Topology;
using LbCore.Transport;
using Microsoft.Extensions.Logging;

namespace LbCore.Proxying;

/// <summary>Lets the connections of one listener in, as many from one address as may be open at once. For all loops.</summary>
internal sealed class Admission
{
    /// <summary>How long it is silent after it has told of refusals: who floods must not flood the log, too.</summary>
    private const long SilentMilliseconds = 10_000;

    private readonly ListenerState _state;
    private readonly AddressCounts _counts;
    private readonly ILogger _loopLogger;
    private long _refused;
    private long _told;
    private long _silentUntil = long.MinValue;

    /// <param name="state">What holds for the listener.</param>
    /// <param name="maxConnections">How many connections it may have open, which says how many counters there are.</param>
    /// <param name="loopLogger">A logger that never blocks a loop.</param>
    public Admission(ListenerState state, int maxConnections, ILogger loopLogger)
    {
        _state = state;
        _counts = new AddressCounts(maxConnections);
        _loopLogger = loopLogger;
    }

    /// <summary>Gets how many connections have been refused.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>
    /// Counts a connection that has just been accepted, on its loop. False when it is refused, and has been reset. Pair a
    /// success with one <see cref="Leave"/>.
    /// </summary>
    public bool TryAdmit(TransportConnection connection)
    {
        var network = connection.RemoteNetwork;
        if (network == 0 || _counts.TryEnter(network, _state.Current.MaxConnectionsPerAddress))
        {
            return true;
        }

        // Nothing is said and nothing waited for: that would hold a descriptor and a place for whoever asks for too many.
        connection.Abort(CloseReason.Aborted);
        Interlocked.Increment(ref _refused);
        Tell(connection);
        return false;
    }

    /// <summary>Uncounts a connection that was let in.</summary>
    public void Leave(TransportConnection connection)
    {
        if (connection.RemoteNetwork is var network and not 0)
        {
            _counts.Leave(network);
        }
    }

    private void Tell(TransportConnection connection)
    {
        // The loops' clocks are a few milliseconds apart, which does not matter here.
        var now = connection.Loop.Now;
        var until = Volatile.Read(ref _silentUntil);
        if (now < until || Interlocked.CompareExchange(ref _silentUntil, now + SilentMilliseconds, until) != until)
        {
            return;
        }

        var refused = Refused;
        var listener = _state.Current;
        RecordingLog.ConnectionsRefused(
            _loopLogger,
            listener.Name,
            refused - Interlocked.Exchange(ref _told, refused),
            TransportAddress.Format(connection.RemoteEndPoint),
            listener.MaxConnectionsPerAddress);
    }
}
