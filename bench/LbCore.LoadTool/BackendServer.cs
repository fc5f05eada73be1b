using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;

namespace LbCore.LoadTool;

/// <summary>Serves the backends of a comparison from one thread: echo, source and sink (<see cref="Wire"/>).</summary>
internal sealed class BackendServer : IDisposable
{
    private readonly Poller _poller = new();
    private readonly Dictionary<int, Socket> _listeners = [];
    private readonly byte[] _pattern = Wire.Pattern();
    private readonly byte[] _received = new byte[Wire.ChunkLength];
    private readonly BackendRole _role;
    private BackendConnection?[] _connections = new BackendConnection?[1024];

    public BackendServer(IPEndPoint[] endPoints, BackendRole role)
    {
        _role = role;
        foreach (var endPoint in endPoints)
        {
            var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            try
            {
                listener.Bind(endPoint);
            }
            catch (SocketException error)
            {
                throw new LoadToolException($"cannot listen on {endPoint}: {error.Message}");
            }

            listener.Listen(4096);
            var token = Poller.Descriptor(listener);
            _listeners.Add(token, listener);
            _poller.Add(listener, token);
        }
    }

    public void Run()
    {
        while (true)
        {
            var count = _poller.Wait(-1);
            for (var i = 0; i < count; i++)
            {
                var token = _poller.Token(i);
                if (token < _connections.Length && _connections[token] is { } connection)
                {
                    Serve(token, connection);
                }
                else if (_listeners.TryGetValue(token, out var listener))
                {
                    Accept(listener);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var listener in _listeners.Values)
        {
            listener.Dispose();
        }

        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }

        _poller.Dispose();
    }

    private void Accept(Socket listener)
    {
        Socket socket;
        try
        {
            socket = listener.Accept();
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionAborted)
        {
            return;
        }

        socket.Blocking = false;
        socket.NoDelay = true;
        var token = Poller.Descriptor(socket);
        while (token >= _connections.Length)
        {
            Array.Resize(ref _connections, _connections.Length * 2);
        }

        _connections[token] = new BackendConnection(socket, _role, _pattern);
        _poller.Add(socket, token);
    }

    // One receive or one send an event: a bulk stream must not delay the echoes beside it.
    private void Serve(int token, BackendConnection connection)
    {
        var wrote = connection.WantsToWrite;
        var open = wrote ? connection.Write() : connection.Read(_received);
        if (!open)
        {
            _connections[token] = null;
            connection.Dispose();
        }
        else if (wrote != connection.WantsToWrite)
        {
            _poller.Modify(connection.Socket, token, connection.WantsToWrite);
        }
    }
}
