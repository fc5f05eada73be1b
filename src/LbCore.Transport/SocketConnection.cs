using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Threading.Tasks;
using LbCore.Transport.Epoll;

namespace LbCore.Transport;

/// <summary>
/// Is what the connections of all engines share: the two directions, the first cause of the end, what is known of the
/// peer, and the observed root task. An engine adds the socket.
/// </summary>
internal abstract class SocketConnection : TransportConnection
{
    /// <summary>Results of <see cref="Receive"/> and <see cref="Send"/> that are not counts.</summary>
    public const int EndOfStream = 0;

    public const int WouldBlock = -1;

    public const int Failed = -2;

    private static readonly Action<object?> NotifyPeer = static state => ((SocketConnection)state!).RunPeerCallback();

    private readonly ConnectionReader _reader;
    private readonly ConnectionWriter _writer;
    private readonly bool _isDialled;
    private Exception? _closeException;
    private Action<object?>? _peerCallback;
    private object? _peerState;
    private Task? _root;
    private LoopListener? _listener;
    private CloseReason _closeReason;
    private PeerState _peer;
    private bool _finSeen;

    protected SocketConnection(EventLoop loop, bool isDialled)
    {
        OwnLoop = loop;
        _isDialled = isDialled;
        DescriptorHeadroom.OnOpened(isDialled);
        _reader = new ConnectionReader(this);
        _writer = new ConnectionWriter(this);
    }

    public override EventLoop Loop => OwnLoop;

    public override PipeReader Input => _reader;

    public override PipeWriter Output => _writer;

    public override CloseReason CloseReason => _closeReason;

    public override Exception? CloseException => _closeException;

    public override PeerState Peer => _peer;

    public override long UndeliveredBytes => IsClosed ? 0 : _writer.UnsentBytes + BytesInKernel;

    /// <summary>Gets how many bytes the engine and the kernel have taken and the peer has not.</summary>
    protected abstract long BytesInKernel { get; }

    internal LoopListener? Listener => _listener;

    /// <summary>Gets whether the descriptor has been closed.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>Gets whether sending has failed for good. What was received before may still be read.</summary>
    internal bool SendBroken { get; private set; }

    /// <summary>Gets or sets whether the engine has reason to believe that a receive would not block.</summary>
    internal bool Readable { get; set; }

    /// <summary>Gets or sets whether the engine has reason to believe that a send would not block.</summary>
    internal bool Writable { get; set; }

    private protected ConnectionReader Reader => _reader;

    private protected ConnectionWriter Writer => _writer;

    public override ValueTask<FlushResult> SendAsync(ReadOnlySequence<byte> bytes) => _writer.Send(bytes, default);

    public override void OnPeerChanged(Action<object?>? callback, object? state)
    {
        OwnLoop.AssertInLoop();
        _peerCallback = callback;
        _peerState = state;
        if (_peer != PeerState.Open || IsClosed)
        {
            PostPeerCallback();
        }
    }

    public override bool IsAtRest()
    {
        OwnLoop.AssertInLoop();

        // The reader last: what it receives may be the end, which changes what it is asked.
        return _closeReason == CloseReason.None && _peer == PeerState.Open && _writer.IsAtRest && _reader.IsAtRest();
    }

    public override bool HasUnreadBytes()
    {
        OwnLoop.AssertInLoop();
        return _reader.HasUnread();
    }

    public override void Abort(CloseReason reason, Exception? exception = null)
    {
        if (!OwnLoop.InLoop && !OwnLoop.HasEnded)
        {
            OwnLoop.Post(new WorkItem(new AbortRequest(this, reason, exception)));
            return;
        }

        Close(reason, exception, reset: true);
    }

    public override Stream AsStream() => new ConnectionStream(this);

    public override ValueTask CloseLingeringAsync(TimeSpan timeout, long maxBytes) =>
        LingeringClose.RunAsync(this, timeout, maxBytes);

    public override ValueTask DisposeAsync()
    {
        if (!OwnLoop.InLoop && !OwnLoop.HasEnded)
        {
            return DisposeOnLoopAsync();
        }

        DisposeNow();
        return default;
    }

    public override string ToString() =>
        $"connection {TransportAddress.Format(RemoteEndPoint)} (loop {OwnLoop.Index})";

    /// <summary>Receives into memory: a count, or <see cref="EndOfStream"/>, <see cref="WouldBlock"/>, <see cref="Failed"/>.</summary>
    internal abstract unsafe int Receive(byte* target, int length);

    /// <summary>Sends from memory: a count, or <see cref="WouldBlock"/>, <see cref="Failed"/>.</summary>
    internal abstract unsafe int Send(byte* source, int length);

    internal abstract int SendPieces(ref SendVector pieces, int count);

    /// <summary>Begins to send unsent bytes in the background, for an engine that cannot wait for room. False otherwise.</summary>
    internal virtual bool SendInBackground(ConnectionWriter writer, ref ReadOnlySequence<byte> bytes) => false;

    internal abstract void SendFin();

    /// <summary>Runs the handler, whose task is the connection's one observed root.</summary>
    internal void Serve(IConnectionHandler handler, LoopListener listener)
    {
        _listener = listener;
        try
        {
            _root = handler.HandleAsync(this);
        }
        catch (Exception e)
        {
            // A handler that is not async throws here; its connection ends as with a failed task.
            _root = Task.FromException(e);
        }

        if (_root.IsCompleted)
        {
            OnRootEnded();
        }
        else
        {
            _root.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(OnRootEnded);
        }
    }

    protected abstract void CloseSocket(bool reset);

    /// <summary>Notes what the peer did, and tells who asked to know.</summary>
    private protected void PeerChanged(PeerState peer)
    {
        if (peer <= _peer || IsClosed)
        {
            return;
        }

        // Only before any reset: once a failed send has taken the socket's error, a reset announces itself as an end.
        _finSeen |= peer == PeerState.SendClosed;
        _peer = peer;
        PostPeerCallback();
    }

    /// <summary>
    /// Judges a receive of zero bytes. Once a failed send has taken the socket's error, the kernel reports a reset as the
    /// end of the stream; only a FIN that was seen is one.
    /// </summary>
    private protected int EndReceived()
    {
        if (_peer == PeerState.Reset && !_finSeen)
        {
            NoteClose(CloseReason.PeerReset, null);
            return Failed;
        }

        PeerChanged(PeerState.SendClosed);
        return EndOfStream;
    }

    private protected int ReceiveFailed(CloseReason reason)
    {
        PeerChanged(PeerState.Reset);
        Close(reason, null, reset: true);
        return Failed;
    }

    private protected int SendFailed(CloseReason reason)
    {
        // The descriptor stays open: bytes that came before the reset may still be unread.
        SendBroken = true;
        NoteClose(reason, null);
        PeerChanged(PeerState.Reset);
        Readable = true;
        _reader.WakeForClose();
        return Failed;
    }

    private protected void Close(CloseReason reason, Exception? exception, bool reset)
    {
        if (IsClosed)
        {
            return;
        }

        NoteClose(reason, exception);
        IsClosed = true;
        CloseSocket(reset);
        OwnLoop.ConnectionClosed();
        DescriptorHeadroom.OnClosed(_isDialled);
        _reader.WakeForClose();
        _writer.WakeForClose();
        PostPeerCallback();
    }

    private void DisposeNow()
    {
        _writer.Complete();
        _reader.Complete();

        // A stream that is cut must not look complete: what could not be sent turns the close into a reset.
        Close(CloseReason.Disposed, null, reset: _writer.IsUnfinished);
        _writer.DropUnsent();
    }

    private void NoteClose(CloseReason reason, Exception? exception)
    {
        if (_closeReason == CloseReason.None)
        {
            _closeReason = reason;
            _closeException = exception;
        }
    }

    private void PostPeerCallback()
    {
        if (_peerCallback is not null)
        {
            OwnLoop.Post(new WorkItem(NotifyPeer, this));
        }
    }

    private void RunPeerCallback() => _peerCallback?.Invoke(_peerState);

    private async ValueTask DisposeOnLoopAsync()
    {
        try
        {
            await OwnLoop.SwitchTo();
        }
        catch (ObjectDisposedException)
        {
            // The loop ended meanwhile and closed the connection; what is left is to give the buffers back.
        }

        DisposeNow();
    }

    private void OnRootEnded()
    {
        // The handler ended elsewhere; its connection still ends on its loop, as long as there is one.
        if (!OwnLoop.InLoop && OwnLoop.Post(static state => ((SocketConnection)state!).OnRootEnded(), this))
        {
            return;
        }

        if (_root!.IsFaulted)
        {
            OwnLoop.Engine.OnHandlerFailed(this, _root.Exception!.InnerException!);
            Close(CloseReason.HandlerFailed, _root.Exception.InnerException, reset: true);
        }
        else if (_root.IsCanceled)
        {
            Close(CloseReason.Aborted, null, reset: true);
        }

        DisposeNow();
        _listener!.OnConnectionEnded();
    }

    private sealed class AbortRequest(SocketConnection connection, CloseReason reason, Exception? exception) : ILoopWorkItem
    {
        public void Execute() => connection.Close(reason, exception, reset: true);
    }
}
