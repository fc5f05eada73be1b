using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.TestKit;

/// <summary>An address that answers no connect: a listener that never accepts, its backlog full.</summary>
public sealed class BlackHole : IDisposable
{
    private readonly RawListener _listener;
    private readonly List<Socket> _fillers = [];

    private BlackHole(RawListener listener) => _listener = listener;

    public EndPoint EndPoint => _listener.EndPoint;

    public static async Task<BlackHole> OpenAsync(CancellationToken token)
    {
        var hole = new BlackHole(new RawListener(token, backlog: 0));
        while (await hole.FillAsync(token).ConfigureAwait(false))
        {
            // One more fitted in; the next connect tells whether the backlog is full now.
        }

        return hole;
    }

    public void Dispose()
    {
        _fillers.ForEach(filler => filler.Dispose());
        _listener.Dispose();
    }

    private async Task<bool> FillAsync(CancellationToken token)
    {
        var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _fillers.Add(filler);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);

        // One that was merely slow takes its place in the backlog all the same.
        patience.CancelAfter(TimeSpan.FromMilliseconds(100));
        try
        {
            await filler.ConnectAsync(EndPoint, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return false;
        }
    }
}
