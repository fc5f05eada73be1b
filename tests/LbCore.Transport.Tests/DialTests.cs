using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Dialling: what the network does is data, and nothing hangs.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
public sealed class DialTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private EventLoop Loop => Harness.Engine.Loops[^1];

    [Test, CancelAfter(30_000)]
    public async Task A_dialled_connection_talks_and_lives_on_its_loop([Values("127.0.0.1:0", "[::1]:0")] string address)
    {
        Assert.That(TransportAddress.TryParse(address, out var endPoint, out _), Is.True);
        await using var backend = new ScriptedBackend(script => script.Expect("ping"u8).Reply("pong"u8).ExpectEnd(), Token, endPoint: endPoint);
        await TalkAsync(backend);
        await backend.PlayedAsync().WaitAsync(Token);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_unix_socket_can_be_dialled()
    {
        using var folder = new TemporaryFolder();
        await using var backend = new ScriptedBackend(
            script => script.Expect("ping"u8).Reply("pong"u8).ExpectEnd(), Token, endPoint: new UnixDomainSocketEndPoint(folder.File("b.sock")));
        await TalkAsync(backend);
        await backend.PlayedAsync().WaitAsync(Token);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_dialled_connection_reads_the_end_and_a_reset_like_any_other()
    {
        await using var ending = new ScriptedBackend(script => script.Reply("pong"u8).HalfClose().ExpectEnd(), Token);
        await using var resetting = new ScriptedBackend(script => script.ResetAfter(4), Token);
        await Harness.RunAsync(Loop, async () =>
        {
            await using var first = await Harness.DialAsync(Loop, ending.EndPoint);
            Assert.That(await ReadAllAsync(first.Input), Is.EqualTo("pong"u8.ToArray()));
            await using var second = await Harness.DialAsync(Loop, resetting.EndPoint);
            await second.Output.WriteAsync("ping"u8.ToArray());
            try
            {
                await second.Input.ReadAsync();
                Assert.Fail("the reset is an error");
            }
            catch (ConnectionAbortedException exception)
            {
                Assert.That(exception.Reason, Is.EqualTo(CloseReason.PeerReset));
            }
        });
    }

    [Test, CancelAfter(30_000)]
    public async Task A_refused_dial_says_so() =>
        Assert.That((await DialAsync(RawListener.RefusingEndPoint())).Status, Is.EqualTo(DialStatus.Refused));

    [Test, CancelAfter(30_000)]
    public async Task A_refused_ipv6_dial_says_so()
    {
        int port;
        using (var probe = new RawListener(Token, new IPEndPoint(IPAddress.IPv6Loopback, 0)))
        {
            port = ((IPEndPoint)probe.EndPoint).Port;
        }

        Assert.That((await DialAsync(new IPEndPoint(IPAddress.IPv6Loopback, port))).Status, Is.EqualTo(DialStatus.Refused));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_unix_path_without_a_listener_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That((await DialAsync(new UnixDomainSocketEndPoint(folder.File("nobody.sock")))).Status, Is.EqualTo(DialStatus.Refused));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_black_hole_times_out_at_the_deadline()
    {
        using var hole = await BlackHole.OpenAsync(Token);
        var start = Environment.TickCount64;
        var result = await DialAsync(hole.EndPoint, DialOptions.Default with { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.That(result.Status, Is.EqualTo(DialStatus.TimedOut));
        Assert.That(result.Connection, Is.Null);
        Assert.That(Environment.TickCount64 - start, Is.GreaterThanOrEqualTo(280), "the deadline was cut short");
        await Harness.AtRestAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task Many_dials_into_a_black_hole_all_end()
    {
        using var hole = await BlackHole.OpenAsync(Token);
        var dials = new List<Task<DialResult>>();
        for (var i = 0; i < 50; i++)
        {
            dials.Add(DialAsync(hole.EndPoint, DialOptions.Default with { Timeout = TimeSpan.FromMilliseconds(200 + i) }));
        }

        await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().PendingDials > 0 || dials.TrueForAll(dial => dial.IsCompleted), "dials are under way");
        foreach (var dial in dials)
        {
            Assert.That((await dial).Status, Is.EqualTo(DialStatus.TimedOut));
        }

        await Harness.AtRestAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task The_end_of_the_engine_cancels_a_dial()
    {
        using var hole = await BlackHole.OpenAsync(Token);
        var loop = Loop;
        var ended = NewSource<DialResult>();
        loop.Post(_ => DialAndTell(), null);
        await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().PendingDials == 1, "the dial is under way");
        await Harness.Engine.DisposeAsync();
        Assert.That((await ended.Task.WaitAsync(Token)).Status, Is.EqualTo(DialStatus.Canceled));

        async void DialAndTell() =>
            ended.SetResult(await loop.DialAsync(hole.EndPoint, DialOptions.Default with { Timeout = TimeSpan.FromMinutes(10) }));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_unix_socket_with_a_full_backlog_is_dialled_until_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using var full = FullUnixListener.Open(folder.File("b.sock"), Token);
        var dial = DialAsync(full.EndPoint, DialOptions.Default with { Timeout = TimeSpan.FromSeconds(20) });

        // The first tries have failed by now, and the dial is none the worse for it.
        await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().PendingDials == 1, "the dial is under way");
        await Harness.RunAsync(Loop, () => true);
        Assert.That(dial.IsCompleted, Is.False);
        await full.MakeRoomAsync();
        var result = await dial.WaitAsync(Token);
        Assert.That(result.Status, Is.EqualTo(DialStatus.Connected));
        await Harness.RunAsync(Loop, () => result.Connection!.DisposeAsync().AsTask());
    }

    [Test, CancelAfter(30_000)]
    public async Task A_unix_socket_whose_backlog_stays_full_times_out_at_the_deadline()
    {
        using var folder = new TemporaryFolder();
        using var full = FullUnixListener.Open(folder.File("b.sock"), Token);
        var start = Environment.TickCount64;
        var result = await DialAsync(full.EndPoint, DialOptions.Default with { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.That(result.Status, Is.EqualTo(DialStatus.TimedOut));
        Assert.That(Environment.TickCount64 - start, Is.GreaterThanOrEqualTo(280), "the deadline was cut short");
        await Harness.AtRestAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task The_end_of_the_engine_cancels_a_dial_that_waits_for_room()
    {
        using var folder = new TemporaryFolder();
        using var full = FullUnixListener.Open(folder.File("b.sock"), Token);
        var loop = Loop;
        var ended = NewSource<DialResult>();
        loop.Post(_ => DialAndTell(), null);
        await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().PendingDials == 1, "the dial is under way");
        await Harness.Engine.DisposeAsync();
        Assert.That((await ended.Task.WaitAsync(Token)).Status, Is.EqualTo(DialStatus.Canceled));

        async void DialAndTell() =>
            ended.SetResult(await loop.DialAsync(full.EndPoint, DialOptions.Default with { Timeout = TimeSpan.FromMinutes(10) }));
    }

    // Held, the loop hears of the connect and of the reset at once. Else the reset may come at any moment of its own.
    [Test, CancelAfter(60_000)]
    public async Task A_backend_that_resets_right_after_connecting_loses_none_of_its_bytes([Values] bool held)
    {
        using var listener = new RawListener(Token);
        for (var i = 0; i < 100; i++)
        {
            using var reset = new ManualResetEventSlim();
            var backend = Task.Run(async () =>
            {
                using var peer = await listener.AcceptAsync();
                await peer.WriteAsync("pong"u8.ToArray());
                peer.Reset();
                reset.Set();
            });
            var (status, bytes) = await Harness.RunAsync(Loop, async () =>
            {
                var dial = Loop.DialAsync(listener.EndPoint, DialOptions.Default with { Timeout = TimeSpan.FromSeconds(20) });
                if (held)
                {
                    reset.Wait(Token);
                }

                var result = await dial;
                return (result.Status, result.Connection is { } connection ? await ReadUntilResetAsync(connection) : "");
            });
            await backend;
            Assert.That((status, bytes), Is.EqualTo((DialStatus.Connected, "pong")), $"round {i}");
        }

        await Harness.AtRestAsync();
    }

    // The loop hears of two things at once: of bytes, and of the connect. The reset comes while it deals with the bytes.
    [Test, CancelAfter(30_000)]
    public async Task A_reset_between_the_news_of_the_connect_and_the_look_at_it_is_no_end_in_good_order()
    {
        var (connection, client) = await PairAsync();
        using var listener = new RawListener(Token);
        using var dealing = new ManualResetEventSlim();
        using var reset = new ManualResetEventSlim();
        var backend = Task.Run(async () =>
        {
            using var peer = await listener.AcceptAsync();
            await peer.WriteAsync("pong"u8.ToArray());
            dealing.Wait(Token);
            peer.Reset();
            reset.Set();
        });
        var bytes = await OnLoopAsync(connection, async () =>
        {
            var deal = DealAsync();
            client.Socket.Send("!"u8);
            var result = await connection.Loop.DialAsync(listener.EndPoint, TransportHarness.PatientDial);
            Assert.That(result.Status, Is.EqualTo(DialStatus.Connected));
            await deal;
            return await ReadUntilResetAsync(result.Connection!);
        });
        await backend;
        Assert.That(bytes, Is.EqualTo("pong"));

        async Task DealAsync()
        {
            await ReadExactlyAsync(connection.Input, 1);
            dealing.Set();
            reset.Wait(Token);
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task The_source_address_can_be_chosen()
    {
        using var listener = new RawListener(Token);
        var source = new IPEndPoint(IPAddress.Parse("127.0.0.9"), 0);
        await Harness.RunAsync(Loop, async () =>
        {
            var result = await Loop.DialAsync(listener.EndPoint, TransportHarness.PatientDial with { LocalEndPoint = source });
            Assert.That(result.Status, Is.EqualTo(DialStatus.Connected));
            Assert.That(((IPEndPoint)result.Connection!.LocalEndPoint!).Address, Is.EqualTo(source.Address));
            await result.Connection.DisposeAsync();
        });
        using var peer = await listener.AcceptAsync();
        Assert.That(((IPEndPoint)peer.Socket.RemoteEndPoint!).Address, Is.EqualTo(source.Address));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_source_port_that_is_taken_is_a_clear_outcome_and_no_hang()
    {
        using var listener = new RawListener(Token);
        using var taken = new RawListener(Token);
        var result = await DialAsync(listener.EndPoint, TransportHarness.PatientDial with { LocalEndPoint = (IPEndPoint)taken.EndPoint });
        Assert.That(result.Status, Is.EqualTo(DialStatus.NoLocalPort));
        await Harness.AtRestAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task The_same_source_port_twice_towards_one_address_is_a_clear_outcome()
    {
        using var listener = new RawListener(Token);
        await Harness.RunAsync(Loop, async () =>
        {
            var first = await Loop.DialAsync(listener.EndPoint, TransportHarness.PatientDial);
            var again = await Loop.DialAsync(
                listener.EndPoint, TransportHarness.PatientDial with { LocalEndPoint = (IPEndPoint)first.Connection!.LocalEndPoint! });
            Assert.That(again.Status, Is.EqualTo(DialStatus.NoLocalPort));
            await first.Connection.DisposeAsync();
        });
    }

    [Test, CancelAfter(30_000)]
    public async Task An_address_family_that_does_not_fit_is_data_too()
    {
        using var listener = new RawListener(Token);
        var result = await DialAsync(listener.EndPoint, TransportHarness.PatientDial with { LocalEndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0) });
        Assert.That(result.Status, Is.Not.EqualTo(DialStatus.Connected));
        await Harness.AtRestAsync();
    }

    private Task<DialResult> DialAsync(EndPoint endPoint, DialOptions? options = null) => Harness.RunAsync(Loop, async () =>
    {
        var result = await Loop.DialAsync(endPoint, options ?? TransportHarness.PatientDial);
        Assert.That(Loop.InLoop, Is.True, "a dial continues on its loop");
        return result;
    });

    private static async Task<string> ReadUntilResetAsync(TransportConnection connection)
    {
        var bytes = new ArrayBufferWriter<byte>();
        await using (connection)
        {
            while (true)
            {
                ReadResult result;
                try
                {
                    result = await connection.Input.ReadAsync();
                }
                catch (ConnectionAbortedException exception) when (exception.Reason == CloseReason.PeerReset)
                {
                    return Encoding.ASCII.GetString(bytes.WrittenSpan);
                }

                bytes.Write(result.Buffer.ToArray());
                connection.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return "an end in good order";
                }
            }
        }
    }

    private Task TalkAsync(ScriptedBackend backend) => Harness.RunAsync(Loop, async () =>
    {
        await using var connection = await Harness.DialAsync(Loop, backend.EndPoint);
        Assert.That(connection.Loop, Is.SameAs(Loop));
        await connection.Output.WriteAsync("ping"u8.ToArray());
        Assert.That(await ReadExactlyAsync(connection.Input, 4), Is.EqualTo("pong"u8.ToArray()));
    });
}
