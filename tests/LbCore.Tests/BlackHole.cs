using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.Tests;

/// <summary>An address that neither takes nor refuses: a listener whose backlog is full, so that the kernel drops every SYN.</summary>
internal sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];

    private BlackHole()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
    }

    public EndPoint EndPoint => _listener.LocalEndPoint!;

    public static async Task<BlackHole> CreateAsync(CancellationToken token)
    {
        var hole = new BlackHole();
        var connected = 0;

        // The kernel takes one more than the backlog. Those beyond it hang, which is the state that is wanted.
        for (var i = 0; i < 6; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            hole._fillers.Add(filler);
            _ = filler.ConnectAsync(hole.EndPoint, token).AsTask().ContinueWith(
                task => connected += task.IsCompletedSuccessfully ? 1 : 0,
                token,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        await Eventually.TrueAsync(() => connected >= 2, "the backlog is full").ConfigureAwait(false);
        return hole;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _fillers.ForEach(static filler => filler.Dispose());
    }
}
