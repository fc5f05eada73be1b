using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.Transport.Tests;

/// <summary>A unix socket that listens and whose backlog is full: the next connect is told to try again.</summary>
internal sealed class FullUnixListener : IDisposable
{
    private readonly RawListener _listener;
    private readonly List<Socket> _fillers = [];

    private FullUnixListener(RawListener listener) => _listener = listener;

    public UnixDomainSocketEndPoint EndPoint => (UnixDomainSocketEndPoint)_listener.EndPoint;

    public static FullUnixListener Open(string path, CancellationToken token)
    {
        var full = new FullUnixListener(new RawListener(token, new UnixDomainSocketEndPoint(path), backlog: 0));
        while (full.TryFill())
        {
            // One more fitted in.
        }

        return full;
    }

    /// <summary>Accepts all who wait, and closes.</summary>
    public async Task MakeRoomAsync()
    {
        foreach (var filler in _fillers)
        {
            (await _listener.AcceptAsync().ConfigureAwait(false)).Dispose();
            filler.Dispose();
        }

        _fillers.Clear();
    }

    public void Dispose()
    {
        _fillers.ForEach(filler => filler.Dispose());
        _listener.Dispose();
    }

    private bool TryFill()
    {
        var filler = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            filler.Connect(EndPoint);
            _fillers.Add(filler);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            filler.Dispose();
            return false;
        }
    }
}
