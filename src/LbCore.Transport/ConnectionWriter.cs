using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>
/// Is a socket connection's writer. Bytes written through GetMemory lie in the loop's blocks until they are flushed; bytes
/// given to WriteAsync or SendAsync are sent from where they lie, in the same call as those before them.
/// </summary>
internal sealed partial class ConnectionWriter : LoopWriter
{
    private WaitingBytes? _waiting;
    private bool _sending;
    private bool _finSent;

    public ConnectionWriter(SocketConnection connection)
        : base(connection)
    {
    }

    /// <summary>Gets whether bytes are left that the kernel has not taken.</summary>
    internal bool IsUnfinished => HasUnsent || _sending;

    /// <summary>Gets whether a new write would be the only one.</summary>
    internal bool IsAtRest => IsBetweenWrites && !IsUnfinished;

    internal override long UnsentBytes => _written.CountUnconsumed() + (_waiting?.Left.Length ?? 0);

    protected override string Owner => "writer";

    protected override bool IsBroken => Socket.IsClosed || Socket.SendBroken;

    private SocketConnection Socket => Unsafe.As<SocketConnection>(Connection);

    private bool HasUnsent => !_written.IsEmpty || _waiting is not null;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Send(default, cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        Send(new ReadOnlySequence<byte>(source), cancellationToken);

    public ValueTask<FlushResult> Send(in ReadOnlySequence<byte> bytes, CancellationToken cancellationToken)
    {
        if (BeginFlush(cancellationToken))
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        // After a cancelled write, what was left of it lies before these bytes and may still be on its way.
        if (CancelRequested)
        {
            Keep(bytes);
            return new ValueTask<FlushResult>(TakeResult());
        }

        Unflushed = 0;
        var left = bytes;
        if (!_sending && TrySend(ref left))
        {
            return new ValueTask<FlushResult>(TakeResult());
        }

        if (!left.IsEmpty)
        {
            _waiting = WaitingBytes.Lease(left);
        }

        return Wait(cancellationToken);
    }

    internal override void Resume()
    {
        // A background send reads a copy: once the connection is closed nobody has to wait for it.
        if (_sending && !Socket.IsClosed)
        {
            return;
        }

        // Unflushed bytes wait for their flush, unless the writer is complete.
        if (!IsWaiting && !IsCompleted)
        {
            return;
        }

        if (TrySendWaiting())
        {
            FinishIfDone();
            SignalIfWaiting();
        }
    }

    /// <summary>Goes on after an asynchronous send of the engine's has ended. From the run queue.</summary>
    internal void OnSent()
    {
        _sending = false;
        Resume();
    }

    /// <summary>Wakes a pending write from the run queue, after the connection has ended.</summary>
    internal void WakeForClose()
    {
        if (IsWaiting || IsCompleted)
        {
            Queue();
        }
    }

    protected override void OnCompleted()
    {
        Unflushed = 0;
        if (!_sending && !IsWaiting)
        {
            // Goes on by itself when the peer reads again; Dispose cuts it off.
            TrySendWaiting();
        }

        FinishIfDone();
    }

    /// <summary>Bytes that were written are not lost: they go out with the next flush, or by themselves when there is none.</summary>
    protected override void OnCanceling()
    {
        if (_waiting is { } waiting)
        {
            _waiting = null;
            Keep(waiting.Left);
            waiting.Release();
        }

        if (IsCompleted)
        {
            Queue();
        }
    }

    private void Keep(in ReadOnlySequence<byte> bytes)
    {
        _written.Append(Loop.Buffers, Owner, bytes);
        Unflushed += (int)bytes.Length;
    }

    private void FinishIfDone()
    {
        if (IsCompleted && !_finSent && !IsUnfinished)
        {
            _finSent = true;
            if (!IsBroken)
            {
                Socket.SendFin();
            }
        }
    }
}
