using System;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>
/// A client connection and an upstream connection whose bytes are passed on as they are, both ways, until both have ended.
/// It is its own idle timer.
/// </summary>
/// <remarks>
/// Thousands of these sit idle, so its size counts: one object for everything, two state machines, no third for a root,
/// no cancellation sources, no closures. Awaits are plain: loop threads have no SynchronizationContext, and a configured
/// awaiter is larger.
/// </remarks>
internal abstract partial class Relay : LoopTimer
{
    private static readonly Action<object?> PeerChanged = static state => ((Relay)state!).OnPeerChanged();

    private readonly TransportConnection _client;
    private TransportConnection? _upstream;

    /// <summary>The direction from the backend to the client, which the other one waits for.</summary>
    private Task? _download;
    private Exception? _fault;
    private long _lastActivity;
    private FailureSource _failedBy;
    private bool _uploadEnded;
    private bool _downloadEnded;

    /// <summary>Set once one side is gone: what resets the other one.</summary>
    private Delivery? _delivery;

    /// <summary>How many bytes waited for their receivers when the idle timer last looked; only compared, so the low half does.</summary>
    private int _undelivered;

    protected Relay(TransportConnection client)
    {
        _client = client;
        _lastActivity = client.Loop.Now;
    }

    /// <summary>Gets how many bytes were taken from the client to be passed on.</summary>
    public long BytesUp { get; private set; }

    /// <summary>Gets how many bytes were taken from the backend to be passed on.</summary>
    public long BytesDown { get; private set; }

    protected TransportConnection Client => _client;

    /// <summary>Gets or sets the other side; null until there is one.</summary>
    protected TransportConnection? UpstreamOrNone
    {
        get => _upstream;
        set => _upstream = value;
    }

    protected FailureSource FailedBy
    {
        get => _failedBy;
        set => _failedBy = value;
    }

    /// <summary>Gets for how long nothing may move, in milliseconds.</summary>
    protected abstract long IdleMilliseconds { get; }

    /// <summary>Gets for how long nothing may move once one side has ended its stream, in milliseconds.</summary>
    protected abstract long HalfClosedMilliseconds { get; }

    private TransportConnection Upstream
    {
        get
        {
            Debug.Assert(_upstream is not null, "Relaying begins when the upstream connection stands.");
            return _upstream;
        }
    }

    /// <summary>Serves the connection to its end. The outcome has been recorded when the task completes.</summary>
    public Task RunAsync() => MoveAsync(fromClient: true);

    /// <summary>Leaves an upstream connection in place, or none and the reason noted.</summary>
    protected abstract Task ConnectAsync();

    /// <summary>Records what became of it. Runs once, at the end.</summary>
    protected abstract void OnEnded();

    /// <summary>Hears of both sides' peers from now on.</summary>
    protected void WatchPeer(TransportConnection side) => side.OnPeerChanged(PeerChanged, this);

    /// <summary>
    /// Moves the bytes of one direction. The direction that reads the client is also the connection's root: it connects
    /// first and ends last. A root of its own would be a third state machine for as long as the pair lives.
    /// </summary>
    private async Task MoveAsync(bool fromClient)
    {
        if (fromClient)
        {
            await ConnectAsync();
            if (_upstream is null)
            {
                End();
                return;
            }

            BeginRelay();
            _download = MoveAsync(fromClient: false);
        }

        // Once nobody is left to get the bytes: who is still being delivered to may read only while somebody reads from it.
        var discards = false;
        try
        {
            while (true)
            {
                var read = await Source(fromClient).Input.ReadAsync();

                // Only the end of what was read lives across the send: a whole ReadResult would cost 40 bytes a direction.
                var end = read.Buffer.End;
                if (read.Buffer.IsEmpty)
                {
                    if (read.IsCompleted)
                    {
                        // FIN ends this direction only; the other one goes on for as long as its sender likes.
                        Destination(fromClient).ShutdownSend();
                        break;
                    }
                }
                else if (!discards)
                {
                    NoteReceived(fromClient, read.Buffer.Length);
                    var sent = await Destination(fromClient).SendAsync(read.Buffer);
                    NoteActivity();
                    if (sent.IsCompleted)
                    {
                        OnSendFailed(fromClient);
                        discards = true;
                    }
                }

                Source(fromClient).Input.AdvanceTo(end);
            }
        }
        catch (ConnectionAbortedException)
        {
            OnReadFailed(fromClient);
        }
        catch (Exception e)
        {
            OnFault(e);
        }

        EndDirection(fromClient);
        if (fromClient)
        {
            Debug.Assert(_download is not null, "Set before the first byte is moved.");
            await _download;
            if (_delivery is not null)
            {
                await _delivery.Ended;
            }

            // Disposing of it is no news.
            Upstream.OnPeerChanged(null, null);
            await Upstream.DisposeAsync().AsTask();
            End();
        }
    }

    private TransportConnection Source(bool fromClient) => fromClient ? _client : Upstream;

    private TransportConnection Destination(bool fromClient) => fromClient ? Upstream : _client;

    private void BeginRelay()
    {
        WatchPeer(_client);
        WatchPeer(Upstream);
        NoteActivity();
        ScheduleIdleCheck();
    }

    private void NoteReceived(bool fromClient, long bytes)
    {
        NoteActivity();
        if (fromClient)
        {
            BytesUp += bytes;
        }
        else
        {
            BytesDown += bytes;
        }
    }

    private void NoteActivity() => _lastActivity = _client.Loop.Now;

    private void EndDirection(bool fromClient)
    {
        if (fromClient)
        {
            _uploadEnded = true;
        }
        else
        {
            _downloadEnded = true;
        }

        // Gives the buffers back; what may still lie in them has nobody left to go to.
        Source(fromClient).Input.Complete();
        _delivery?.Check();
        if (IsHalfClosed)
        {
            ScheduleIdleCheck();
        }
    }

    /// <summary>Ends everything, with the outcome recorded exactly once, since the root passes here exactly once.</summary>
    private void End()
    {
        Cancel();
        _client.OnPeerChanged(null, null);
        OnEnded();

        // A fault of ours goes on to the dispatch frame, which logs and counts it.
        if (_fault is not null)
        {
            ExceptionDispatchInfo.Throw(_fault);
        }
    }
}
