using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>How an engine begins and ends.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class EngineLifeTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public async Task An_engine_says_what_runs_and_why()
    {
        Assert.That(Harness.Engine.Name, Is.EqualTo(Case.Engine == EngineKind.Epoll ? "epoll" : "managed"));
        Assert.That(Harness.Engine.Reason, Is.Not.Empty);
        Assert.That(Harness.Engine.Loops.Select(loop => loop.Index), Is.EqualTo(Enumerable.Range(0, Case.Loops)));
        await Eventually.TrueAsync(() => Harness.Log.Contains(Harness.Engine.Name), "the start is logged");
    }

    [Test, CancelAfter(30_000)]
    public async Task Without_a_wish_the_best_engine_of_the_system_runs()
    {
        await using var engine = TransportEngine.Create(new TransportOptions { Loops = 1 });
        Assert.That(engine.Name, Is.EqualTo(OperatingSystem.IsLinux() ? "epoll" : "managed"));
    }

    [Test, CancelAfter(30_000)]
    public async Task The_end_wakes_every_handler_whatever_it_waits_for()
    {
        const int Each = 10;
        var waiting = 0;
        var ended = 0;
        var reads = Harness.Listen(connection => CountAsync(() => DrainAsync(connection)));
        var writes = Harness.Listen(connection => CountAsync(async () =>
        {
            while (!(await connection.Output.WriteAsync(new byte[4 * 1024 * 1024])).IsCompleted)
            {
                // Until the peer is gone.
            }
        }));
        for (var i = 0; i < Each; i++)
        {
            await Harness.ConnectAsync(reads);
            await Harness.ConnectAsync(writes, bufferSize: 64 * 1024);
        }

        await Eventually.TrueAsync(() => waiting == 2 * Each, "all handlers run");
        await Harness.Engine.DisposeAsync();
        await Eventually.TrueAsync(() => ended == 2 * Each, "all handlers have ended");
        Assert.That(Harness.Engine.ReadCounters().OpenConnections, Is.Zero);

        async Task CountAsync(Func<Task> work)
        {
            Interlocked.Increment(ref waiting);
            try
            {
                await work();
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Disposing_twice_and_at_once_is_fine()
    {
        var engine = Harness.Engine;
        Assert.That(engine.Completion.IsCompleted, Is.False);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => engine.DisposeAsync().AsTask()))).WaitAsync(Token);
        await engine.DisposeAsync();
        await engine.Completion.WaitAsync(Token);
    }

    [Test, CancelAfter(30_000)]
    public async Task Nothing_can_listen_after_the_end()
    {
        await Harness.Engine.DisposeAsync();
        Assert.That(
            () => Harness.Engine.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, new DelegateHandler(EchoAsync)),
            Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test, CancelAfter(30_000)]
    public async Task Connections_that_arrive_while_the_engine_ends_leak_nothing()
    {
        var listener = Harness.Listen(EchoAsync);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var arriving = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var client = await RawClient.ConnectAsync(listener.EndPoint, stop.Token);
                    await client.WriteAsync(new byte[100]);
                }
                catch (Exception exception) when (exception is System.Net.Sockets.SocketException or System.IO.IOException or OperationCanceledException)
                {
                    // Refused or reset: the engine ends.
                }
            }
        })).ToArray();
        await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().Accepted > 20, "connections arrive");
        await Harness.Engine.DisposeAsync();
        await stop.CancelAsync();
        await Task.WhenAll(arriving).WaitAsync(Token);
        await Harness.AtRestAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task An_engine_without_work_can_be_ended_at_once()
    {
        for (var i = 0; i < 20; i++)
        {
            await using var engine = TransportEngine.Create(new TransportOptions { Engine = Case.Engine, Loops = Case.Loops });
        }
    }
}
