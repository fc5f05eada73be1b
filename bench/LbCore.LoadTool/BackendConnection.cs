using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;

namespace LbCore.LoadTool;

/// <summary>Keeps one backend connection's state between two events. <c>false</c> means that it is to be closed.</summary>
internal sealed class BackendConnection : IDisposable
{
    private readonly byte[] _pattern;
    private readonly BackendRole _expected;
    private readonly byte[] _head = new byte[Wire.HeadLength];
    private readonly HttpRequests? _http;
    private BackendRole _role;
    private int _headLength;
    private long _remaining;
    private long _position;
    private byte[]? _unsent;
    private int _unsentStart;
    private int _unsentEnd;
    private bool _endAfterUnsent;

    public BackendConnection(Socket socket, BackendRole role, byte[] pattern)
    {
        Socket = socket;
        _expected = role;
        _pattern = pattern;
        _role = role is BackendRole.Echo or BackendRole.Http ? role : BackendRole.Any;
        _http = role == BackendRole.Http ? new HttpRequests() : null;
    }

    public Socket Socket { get; }

    public bool WantsToWrite => _unsent is not null || (_role == BackendRole.Source && _remaining > 0);

    public bool Read(byte[] buffer)
    {
        var count = Socket.Receive(buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        if (error != SocketError.Success)
        {
            return false;
        }

        return count == 0 ? End() : Take(buffer.AsSpan(0, count));
    }

    public bool Write() => _unsent is not null ? WriteUnsent() : WritePattern();

    public void Dispose()
    {
        ReturnUnsent();
        Socket.Dispose();
    }

    private bool Take(ReadOnlySpan<byte> bytes)
    {
        if (_role == BackendRole.Any && !TryChooseRole(ref bytes))
        {
            return _role == BackendRole.Any;
        }

        switch (_role)
        {
            case BackendRole.Sink:
                _remaining -= bytes.Length;
                return _remaining > 0 || Send([Wire.Sink]);
            case BackendRole.Echo:
                return Send(bytes);
            case BackendRole.Http:
                return _http!.TryTake(bytes, out var response) && (response is null || Send(response));
            default:
                return true;
        }
    }

    // False with the role still open: more of the head is to come. False with Echo: the stream is not for this backend.
    private bool TryChooseRole(ref ReadOnlySpan<byte> bytes)
    {
        var isHead = _headLength > 0 || bytes[0] is Wire.Source or Wire.Sink;
        if (!isHead)
        {
            _role = BackendRole.Echo;
            return _expected == BackendRole.Any;
        }

        var part = bytes[..int.Min(bytes.Length, _head.Length - _headLength)];
        part.CopyTo(_head.AsSpan(_headLength));
        _headLength += part.Length;
        bytes = bytes[part.Length..];
        if (_headLength < _head.Length)
        {
            return false;
        }

        _remaining = BinaryPrimitives.ReadInt64BigEndian(_head.AsSpan(1));
        _role = _head[0] == Wire.Source ? BackendRole.Source : BackendRole.Sink;
        if (_expected == BackendRole.Any || _expected == _role)
        {
            return true;
        }

        _role = BackendRole.Echo;
        return false;
    }

    private bool Send(ReadOnlySpan<byte> bytes)
    {
        var sent = Socket.Send(bytes, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            return false;
        }

        sent = error == SocketError.WouldBlock ? 0 : sent;
        if (sent < bytes.Length)
        {
            _unsent = ArrayPool<byte>.Shared.Rent(bytes.Length - sent);
            bytes[sent..].CopyTo(_unsent);
            _unsentStart = 0;
            _unsentEnd = bytes.Length - sent;
        }

        return true;
    }

    private bool WriteUnsent()
    {
        var sent = Socket.Send(_unsent.AsSpan(_unsentStart, _unsentEnd - _unsentStart), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        _unsentStart += sent;
        if (error == SocketError.Success && _unsentStart == _unsentEnd)
        {
            ReturnUnsent();
            return !_endAfterUnsent || End();
        }

        return error == SocketError.Success;
    }

    private bool WritePattern()
    {
        var offset = (int)(_position % _pattern.Length);
        var length = (int)long.Min(_pattern.Length - offset, _remaining);
        var sent = Socket.Send(_pattern.AsSpan(offset, length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        _position += sent;
        _remaining -= sent;
        return error == SocketError.Success;
    }

    // The peer's FIN ends an echo once the rest is out; source and sink are asked for a count, so nothing is left to say.
    private bool End()
    {
        _endAfterUnsent = _unsent is not null;
        return _endAfterUnsent;
    }

    private void ReturnUnsent()
    {
        if (_unsent is not null)
        {
            ArrayPool<byte>.Shared.Return(_unsent);
            _unsent = null;
        }
    }
}
