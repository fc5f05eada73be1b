using System;
using System.Buffers;
using System.Net;
using System.Net.Sockets;
using LbCore.Transport.Buffers;
using LbCore.Transport.Epoll;

namespace LbCore.Transport.Managed;

/// <summary>
/// Is a connection over a non-blocking <see cref="Socket"/>. It reads when a zero-byte receive says that there is
/// something, and sends at once; only what the socket does not take is sent in the background, from a copy.
/// </summary>
/// <remarks>
/// System.Net.Sockets has no sign of its own for a peer that ends behind unread bytes, so while bytes lie unread the loop
/// looks at the socket now and then. Off Linux only a reset is seen that way; a FIN is noticed when the bytes are read.
/// </remarks>
internal sealed unsafe class ManagedConnection : SocketConnection
{
    private static readonly Action<object?> OnReadable = static state => ((ManagedConnection)state!).ReadinessCame();
    private static readonly Action<object?> OnSent = static state => ((ManagedConnection)state!).BackgroundSendEnded();

    private readonly ManagedLoop _loop;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _readiness = new();
    private SocketAsyncEventArgs? _sender;
    private BufferBlock? _sendBlock;
    private int _sendLeft;
    private bool _waiting;

    /// <param name="loop">Its loop.</param>
    /// <param name="socket">A connected socket.</param>
    /// <param name="dialled">The address that was dialled; null for an accepted connection.</param>
    public ManagedConnection(ManagedLoop loop, Socket socket, EndPoint? dialled = null)
        : base(loop, isDialled: dialled is not null)
    {
        _loop = loop;
        _socket = socket;
        _socket.Blocking = false;
        LocalEndPoint = Ask(static s => s.LocalEndPoint);
        RemoteEndPoint = dialled ?? Ask(static s => s.RemoteEndPoint);
        Writable = true;
        _readiness.UserToken = this;
        _readiness.Completed += static (_, args) =>
        {
            var self = (ManagedConnection)args.UserToken!;
            self._loop.Post(OnReadable, self);
        };
        loop.Add(this);
    }

    public override EndPoint? LocalEndPoint { get; }

    public override EndPoint? RemoteEndPoint { get; }

    protected override long BytesInKernel =>
        (_sendBlock is null ? 0 : _sendLeft) + (OperatingSystem.IsLinux() ? Libc.CountUndelivered((int)_socket.Handle) : 0);

    /// <summary>Begins to watch for bytes and for the peer's end.</summary>
    /// <param name="isReset">
    /// The peer has reset already, and connecting has taken the socket's error: from here on the kernel would report a plain
    /// end. Bytes that came before are there to read.
    /// </param>
    public void Begin(bool isReset = false)
    {
        if (isReset)
        {
            PeerChanged(PeerState.Reset);
        }

        WaitForReadiness();
    }

    /// <remarks>
    /// Another thread tells the loop what can be read, and may tell it of a later connection first. So the socket is asked:
    /// what a peer sent before that must not pass for the answer to what is sent next.
    /// </remarks>
    public override bool IsAtRest()
    {
        OwnLoop.AssertInLoop();
        Readable = true;
        return base.IsAtRest();
    }

    internal override int Receive(byte* target, int length)
    {
        var received = _socket.Receive(new Span<byte>(target, length), SocketFlags.None, out var error);
        switch (error)
        {
            case SocketError.Success when received > 0:
                if (received < length)
                {
                    Readable = false;
                    WaitForReadiness();
                }

                return received;
            case SocketError.Success:
                return EndReceived();
            case SocketError.WouldBlock:
                Readable = false;
                WaitForReadiness();
                return WouldBlock;
            default:
                return ReceiveFailed(ReasonOf(error));
        }
    }

    internal override int Send(byte* source, int length)
    {
        var sent = _socket.Send(new ReadOnlySpan<byte>(source, length), SocketFlags.None, out var error);
        switch (error)
        {
            case SocketError.Success:
                return sent;
            case SocketError.WouldBlock:
                Writable = false;
                return WouldBlock;
            default:
                return SendFailed(ReasonOf(error));
        }
    }

    // One piece a call: vectored sends of System.Net.Sockets want a list of arrays, which would be garbage each time.
    internal override int SendPieces(ref SendVector pieces, int count) =>
        Send((byte*)pieces[0].Pin.Pointer, pieces[0].Length);

    internal override bool SendInBackground(ConnectionWriter writer, ref ReadOnlySequence<byte> bytes)
    {
        _sendBlock = _loop.Buffers.Rent("background send");
        _sendLeft = writer.CopyUnsent(ref bytes, _sendBlock.GetSpan());
        if (_sender is null)
        {
            _sender = new SocketAsyncEventArgs { UserToken = this };
            _sender.Completed += static (_, args) =>
            {
                var self = (ManagedConnection)args.UserToken!;
                if (!self._loop.Post(OnSent, self))
                {
                    self._sendBlock!.Release();
                }
            };
        }

        _sender.SetBuffer(_sendBlock.Memory[.._sendLeft]);
        StartSend();
        return true;
    }

    internal override void SendFin()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer is gone already; reading says so.
        }
    }

    protected override void CloseSocket(bool reset)
    {
        try
        {
            if (reset)
            {
                _socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (SocketException)
        {
            // A socket in this state resets anyway.
        }

        _socket.Dispose();
        _loop.Remove(this);
    }

    private static CloseReason ReasonOf(SocketError error) =>
        error is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown
            ? CloseReason.PeerReset
            : CloseReason.NetworkError;

    private EndPoint? Ask(Func<Socket, EndPoint?> question)
    {
        try
        {
            return question(_socket) switch
            {
                IPEndPoint ip when ip.Address.IsIPv4MappedToIPv6 => new IPEndPoint(ip.Address.MapToIPv4(), ip.Port),
                UnixDomainSocketEndPoint unix when unix.ToString().Length == 0 => null,
                var other => other,
            };
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void WaitForReadiness()
    {
        if (_waiting || IsClosed)
        {
            return;
        }

        _waiting = true;
        try
        {
            if (!_socket.ReceiveAsync(_readiness))
            {
                _loop.Post(OnReadable, this);
            }
        }
        catch (ObjectDisposedException)
        {
            _waiting = false;
        }
    }

    private void ReadinessCame()
    {
        _waiting = false;
        if (IsClosed)
        {
            _readiness.Dispose();
            return;
        }

        if (_readiness.SocketError != SocketError.Success)
        {
            OnErrorTaken(ReasonOf(_readiness.SocketError));
            return;
        }

        LookAtPeer();
        if (IsClosed)
        {
            return;
        }

        Readable = true;
        Reader.Resume();
        if (Readable && !IsClosed)
        {
            _loop.WatchUnread();
        }
    }

    /// <summary>The wait has taken the socket's error, and from here on the kernel would report a plain end.</summary>
    private void OnErrorTaken(CloseReason reason)
    {
        var peeked = default(byte);
        if (_socket.Receive(new Span<byte>(ref peeked), SocketFlags.Peek, out _) <= 0)
        {
            ReceiveFailed(reason);
            return;
        }

        // Bytes that came before the reset are still to be read.
        SendFailed(reason);
        Writable = true;
        Writer.Resume();
        Reader.Resume();
    }

    /// <summary>Looks for the peer's end behind bytes that nobody has read. True while there is reason to look again.</summary>
    public bool LookBehindUnread()
    {
        if (IsClosed || Peer == PeerState.Reset)
        {
            return false;
        }

        switch (TcpStateReader.Read(_socket))
        {
            case TcpState.PeerClosed:
                PeerChanged(PeerState.SendClosed);
                break;
            case TcpState.Gone:
                PeerChanged(PeerState.Reset);
                Writable = true;
                Writer.Resume();
                break;
        }

        return Peer != PeerState.Reset;
    }

    /// <summary>Learns what the peer did without taking its bytes, so that it is known while nobody reads.</summary>
    private void LookAtPeer()
    {
        var peeked = default(byte);
        var received = _socket.Receive(new Span<byte>(ref peeked), SocketFlags.Peek, out var error);
        if (error == SocketError.Success && received == 0)
        {
            if (!SendBroken)
            {
                PeerChanged(PeerState.SendClosed);
            }
        }
        else if (error == SocketError.Success)
        {
            LookBehindUnread();
        }
        else if (error != SocketError.WouldBlock)
        {
            // The look has taken the socket's error: from here on the kernel would report a plain end.
            ReceiveFailed(ReasonOf(error));
        }
    }

    private void StartSend()
    {
        try
        {
            if (!_socket.SendAsync(_sender!))
            {
                _loop.Post(OnSent, this);
            }
        }
        catch (ObjectDisposedException)
        {
            _sender!.SocketError = SocketError.OperationAborted;
            _loop.Post(OnSent, this);
        }
    }

    private void BackgroundSendEnded()
    {
        var failed = _sender!.SocketError != SocketError.Success;
        if (!failed && _sender.BytesTransferred < _sendLeft && !IsClosed)
        {
            _sendLeft -= _sender.BytesTransferred;
            _sender.SetBuffer(_sender.Offset + _sender.BytesTransferred, _sendLeft);
            StartSend();
            return;
        }

        _sendBlock!.Release();
        _sendBlock = null;
        if (failed && !IsClosed)
        {
            SendFailed(ReasonOf(_sender.SocketError));
        }

        Writable = true;
        Writer.OnSent();
        if (IsClosed)
        {
            _sender.Dispose();
        }
    }
}
