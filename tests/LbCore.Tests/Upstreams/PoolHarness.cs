using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Upstreams;

/// <summary>Loops, their pools and one backend that does what the test says. Its end asserts that all is counted and nothing is left open.</summary>
internal sealed class PoolHarness : IAsyncDisposable
{
    private readonly TransportHarness _transport;
    private readonly RawListener _listener;

    // All of them, since a socket that nobody holds closes itself some day.
    private readonly List<RawClient> _peers = [];

    public PoolHarness(EngineCase engine, CancellationToken token, PoolLimits? limits = null, FakeTimeProvider? time = null)
    {
        _transport = new TransportHarness(
            engine, token, options => options with { TimeProvider = (TimeProvider?)time ?? options.TimeProvider });
        _listener = new RawListener(token, backlog: 1024);
        Pools = new UpstreamPools(_transport.Engine.Loops, limits ?? PoolLimits.Default);
        Backend = NewBackend();
    }

    public UpstreamPools Pools { get; }

    public Backend Backend { get; }

    public BackendState State => Backend.State;

    public EventLoop First => _transport.Engine.Loops[0];

    public EventLoop Second => _transport.Engine.Loops[1];

    public EventLoop Last => _transport.Engine.Loops[^1];

    public long OpenConnections => _transport.Engine.ReadCounters().OpenConnections;

    /// <summary>Returns the pool of a loop, on that loop.</summary>
    public UpstreamPool PoolOf(EventLoop loop) => Pools.Get(loop, State);

    /// <summary>Returns what the pool of a loop says that it holds. Any thread.</summary>
    public int CountOf(EventLoop loop) => ((BackendPools?)State.Pools)?.Find(loop.Index)?.Count ?? 0;

    public Backend NewBackend() => new("b", _listener.EndPoint, 1, new BackendState());

    public Task<T> OnLoopAsync<T>(EventLoop loop, Func<T> work) => _transport.RunAsync(loop, work);

    public Task<T> OnLoopAsync<T>(EventLoop loop, Func<Task<T>> work) => _transport.RunAsync(loop, work);

    public Task OnLoopAsync(EventLoop loop, Action work) => _transport.RunAsync(loop, () =>
    {
        work();
        return true;
    });

    /// <summary>Dials under a reservation, and hands out the backend's end, too.</summary>
    public async Task<(TransportConnection Connection, RawClient Peer)> DialAsync(EventLoop loop)
    {
        var connection = await _transport.RunAsync(loop, async () =>
        {
            Assert.That(Backend.TryReserve(), Is.True);
            return await _transport.DialAsync(loop, _listener.EndPoint);
        });
        return (connection, await AcceptAsync());
    }

    /// <summary>What a request does: reserves, rents or else dials.</summary>
    public async Task<TransportConnection> TakeAsync(EventLoop loop)
    {
        var rented = await OnLoopAsync(loop, () =>
        {
            Assert.That(Backend.TryReserve(), Is.True);
            return PoolOf(loop).TryRent();
        });
        if (rented is not null)
        {
            return rented;
        }

        var dialled = await _transport.RunAsync(loop, () => _transport.DialAsync(loop, _listener.EndPoint));
        await AcceptAsync();
        return dialled;
    }

    /// <summary>Lets the backend end one of its connections, if there is any.</summary>
    public void EndSomePeer(Random random)
    {
        lock (_peers)
        {
            if (_peers.Count > 0)
            {
                var peer = _peers[random.Next(_peers.Count)];
                _peers.Remove(peer);
                peer.Dispose();
            }
        }
    }

    /// <summary>Reserves and rents; without a connection the reservation is gone again.</summary>
    public Task<TransportConnection?> RentAsync(EventLoop loop) => OnLoopAsync(loop, () => Rent(loop));

    public TransportConnection? Rent(EventLoop loop)
    {
        Assert.That(Backend.TryReserve(), Is.True);
        var connection = PoolOf(loop).TryRent();
        if (connection is null)
        {
            State.Release(failed: false);
        }

        return connection;
    }

    public Task ReturnAsync(TransportConnection connection) => OnLoopAsync(connection.Loop, () => Return(connection));

    public void Return(TransportConnection connection)
    {
        PoolOf(connection.Loop).Return(connection);
        State.Release(failed: false);
    }

    /// <summary>Ends a connection that is not to be used again.</summary>
    public Task CloseAsync(TransportConnection connection) => OnLoopAsync(connection.Loop, async () =>
    {
        await connection.DisposeAsync();
        State.Release(failed: false);
        return true;
    });

    /// <summary>Dials several connections, then gives them back in that order.</summary>
    public async Task<(TransportConnection Connection, RawClient Peer)[]> FillAsync(EventLoop loop, int count)
    {
        var pairs = new (TransportConnection Connection, RawClient Peer)[count];
        for (var i = 0; i < count; i++)
        {
            pairs[i] = await DialAsync(loop);
        }

        foreach (var (connection, _) in pairs)
        {
            await ReturnAsync(connection);
        }

        return pairs;
    }

    /// <summary>Returns when every loop has run what had been posted to it, and what that posted in turn.</summary>
    public async Task MessagesRunAsync()
    {
        for (var hop = 0; hop < 4; hop++)
        {
            foreach (var loop in _transport.Engine.Loops)
            {
                await OnLoopAsync(loop, static () => { });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Pools.StopAsync().WaitAsync(Eventually.DefaultDeadline);
        Assert.Multiple(() =>
        {
            Assert.That(State.InFlight, Is.Zero, "in flight");
            Assert.That(State.Idle, Is.Zero, "idle");
        });
        _listener.Dispose();
        _peers.ForEach(static peer => peer.Dispose());
        await _transport.DisposeAsync();
    }

    private async Task<RawClient> AcceptAsync()
    {
        var peer = await _listener.AcceptAsync();
        lock (_peers)
        {
            _peers.Add(peer);
        }

        return peer;
    }
}
