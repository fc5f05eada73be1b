using System;
using System.Runtime.CompilerServices;

namespace LbCore.Transport;

/// <summary>Is a socket connection's reader: receives straight into the loop's blocks and hands out the bytes where they lie.</summary>
internal sealed class ConnectionReader : LoopReader
{
    private const string Owner = "reader";

    private bool _failed;

    public ConnectionReader(SocketConnection connection)
        : base(connection)
    {
    }

    private SocketConnection Socket => Unsafe.As<SocketConnection>(Connection);

    // A local abort ends reading at once; a reset by the peer comes after the bytes that came before it.
    private bool IsOver => _failed || Socket.IsClosed;

    /// <summary>
    /// Receives once if there may be something. Not through TryRead, which says "not now" when the budget is spent: that
    /// is no answer to whether bytes lie unread.
    /// </summary>
    internal bool IsAtRest() => IsBetweenReads && _received.Buffered == 0 && !IsOver && !TryReceive();

    /// <summary>Receives once if nothing is held and there may be something.</summary>
    internal bool HasUnread()
    {
        if (_received.Buffered == 0 && !IsOver && !EndOfStream && Socket.Readable)
        {
            Fill();
        }

        return _received.Buffered > 0;
    }

    protected override bool TryReceive() => HasResult || IsOver || (Socket.Readable && Fill());

    protected override Exception? Failure() =>
        IsOver ? new ConnectionAbortedException(Socket.CloseReason, Socket.CloseException) : null;

    /// <summary>Receives once. True when the read can complete: bytes, the end, an error or the limit.</summary>
    private unsafe bool Fill()
    {
        if (!_received.TryMakeRoom(Loop.Buffers, Owner, Loop.Options.MaxBufferedBytes))
        {
            return true;
        }

        var block = _received.Target;
        var offset = _received.TargetOffset;
        var received = Socket.Receive(block.Pointer + offset, block.Length - offset);
        if (received > 0)
        {
            _received.Add(received);
            Loop.Spend(received);
            return true;
        }

        _received.ReleaseIfEmpty();
        switch (received)
        {
            case SocketConnection.EndOfStream:
                EndOfStream = true;
                return true;
            case SocketConnection.WouldBlock:
                return false;
            default:
                _failed = true;
                return true;
        }
    }
}
