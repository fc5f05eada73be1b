using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Where a listener can be bound, and what is said when it cannot.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class ListeningTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public async Task Every_kind_of_address_serves([Values("127.0.0.1:0", "[::1]:0", "*:0", "0.0.0.0:0")] string address)
    {
        Assert.That(TransportAddress.TryParse(address, out var endPoint, out _), Is.True);
        var listener = Harness.Listen(EchoAsync, options => options with { EndPoint = endPoint! });
        Assert.That(((IPEndPoint)listener.EndPoint).Port, Is.GreaterThan(0));
        await EchoesAsync(await Harness.ConnectAsync(listener));
    }

    [Test, CancelAfter(30_000)]
    public async Task Dual_stack_serves_both_stacks_and_shows_ipv4_clients_as_such()
    {
        var remotes = System.Threading.Channels.Channel.CreateUnbounded<EndPoint?>();
        var networks = System.Threading.Channels.Channel.CreateUnbounded<ulong>();
        var listener = Harness.Listen(
            connection =>
            {
                remotes.Writer.TryWrite(connection.RemoteEndPoint);
                networks.Writer.TryWrite(connection.RemoteNetwork);
                return EchoAsync(connection);
            },
            options => options with { EndPoint = new IPEndPoint(IPAddress.IPv6Any, 0) });
        var port = ((IPEndPoint)listener.EndPoint).Port;
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var client = await RawClient.ConnectAsync(new IPEndPoint(address, port), Token);
            if (Case.Tls)
            {
                await client.SecureAsClientAsync();
            }

            await EchoesAsync(client);
            Assert.That(((IPEndPoint)(await remotes.Reader.ReadAsync(Token))!).Address, Is.EqualTo(address));
            Assert.That(await networks.Reader.ReadAsync(Token), Is.EqualTo(NetworkNumber.Of(address)));
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Both_ends_know_both_addresses()
    {
        var (connection, client) = await PairAsync();
        await OnLoopAsync(connection, () =>
        {
            Assert.That(connection.RemoteEndPoint, Is.EqualTo(client.LocalEndPoint));
            Assert.That(connection.RemoteNetwork, Is.EqualTo(NetworkNumber.Of(((IPEndPoint)client.LocalEndPoint!).Address)));
            Assert.That(connection.LocalEndPoint, Is.EqualTo(client.Socket.RemoteEndPoint));
            return Task.CompletedTask;
        });
    }

    [Test, CancelAfter(30_000)]
    public void An_address_in_use_is_refused_by_the_same_engine_and_by_another()
    {
        var listener = Harness.Listen(EchoAsync);
        var other = Start();
        foreach (var harness in new[] { Harness, other })
        {
            var error = Assert.Throws<ListenException>(() => harness.Listen(EchoAsync, options => options with { EndPoint = listener.EndPoint }));
            Assert.That(error!.IsAddressInUse, Is.True);
            Assert.That(error.Message, Does.Contain(TransportAddress.Format(listener.EndPoint)));
        }
    }

    [Test, CancelAfter(30_000)]
    public void An_address_in_use_by_a_plain_socket_is_refused()
    {
        using var taken = new RawListener(Token);
        var error = Assert.Throws<ListenException>(() => Harness.Listen(EchoAsync, options => options with { EndPoint = taken.EndPoint }));
        Assert.That(error!.IsAddressInUse, Is.True);
    }

    [Test, CancelAfter(30_000)]
    public void An_address_that_is_not_ours_is_refused()
    {
        // 192.0.2.0/24 is for documentation: no host has it.
        var error = Assert.Throws<ListenException>(
            () => Harness.Listen(EchoAsync, options => options with { EndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0) }));
        Assert.That(error!.IsAddressInUse, Is.False);
        Assert.That(error.Error, Is.EqualTo(SocketError.AddressNotAvailable));
    }

    [Test, CancelAfter(30_000)]
    public async Task An_address_can_be_bound_again_after_its_listener_stopped()
    {
        var listener = Harness.Listen(EchoAsync);
        var client = await Harness.ConnectAsync(listener);
        await EchoesAsync(client);
        await listener.StopAcceptingAsync().WaitAsync(Token);

        // The old connection still uses the port.
        var again = Harness.Listen(EchoAsync, options => options with { EndPoint = listener.EndPoint });
        await EchoesAsync(await Harness.ConnectAsync(again));
        await EchoesAsync(client);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_unix_socket_serves_and_its_file_goes_when_it_stops()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("lb.sock");
        var listener = Harness.Listen(EchoAsync, options => options with { EndPoint = new UnixDomainSocketEndPoint(path) });
        await EchoesAsync(await Harness.ConnectAsync(listener));
        Assert.That(File.Exists(path), Is.True);
        await listener.StopAcceptingAsync().WaitAsync(Token);
        Assert.That(File.Exists(path), Is.False);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_unix_path_with_a_live_listener_is_in_use_and_stays()
    {
        using var folder = new TemporaryFolder();
        var endPoint = new UnixDomainSocketEndPoint(folder.File("lb.sock"));
        var listener = Harness.Listen(EchoAsync, options => options with { EndPoint = endPoint });
        var error = Assert.Throws<ListenException>(() => Start().Listen(EchoAsync, options => options with { EndPoint = endPoint }));
        Assert.That(error!.IsAddressInUse, Is.True);
        await EchoesAsync(await Harness.ConnectAsync(listener));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_unix_path_whose_listener_has_a_full_backlog_is_in_use_and_stays()
    {
        using var folder = new TemporaryFolder();
        using var full = FullUnixListener.Open(folder.File("lb.sock"), Token);
        var error = Assert.Throws<ListenException>(() => Harness.Listen(EchoAsync, options => options with { EndPoint = full.EndPoint }));
        Assert.That(error!.IsAddressInUse, Is.True);
        await full.MakeRoomAsync();
        using var client = await RawClient.ConnectAsync(full.EndPoint, Token);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_unix_socket_that_a_dead_process_left_is_replaced()
    {
        using var folder = new TemporaryFolder();
        var endPoint = new UnixDomainSocketEndPoint(folder.File("lb.sock"));
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Bound and never closed properly: .NET removes the file only when a bound socket is disposed of.
            dead.Bind(endPoint);
            File.Move(folder.File("lb.sock"), folder.File("kept"));
        }

        File.Move(folder.File("kept"), folder.File("lb.sock"));
        Assert.That(File.Exists(folder.File("lb.sock")), Is.True);
        var listener = Harness.Listen(EchoAsync, options => options with { EndPoint = endPoint });
        await EchoesAsync(await Harness.ConnectAsync(listener));
    }

    [Test, CancelAfter(30_000)]
    public void A_file_that_is_no_socket_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("notes.txt");
        File.WriteAllText(path, "mine");
        Assert.Throws<ListenException>(() => Harness.Listen(EchoAsync, options => options with { EndPoint = new UnixDomainSocketEndPoint(path) }));
        Assert.That(File.ReadAllText(path), Is.EqualTo("mine"));
    }

    [Test, CancelAfter(30_000)]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Harness.Listen(EchoAsync, options => options with { Backlog = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Harness.Listen(EchoAsync, options => options with { MaxConnections = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Start(options => options with { Loops = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Start(options => options with { ByteBudget = 1 }));
    }

    private static async Task EchoesAsync(RawClient client)
    {
        await client.WriteAsync("ping"u8.ToArray());
        Assert.That(await client.ReadExactlyAsync(4), Is.EqualTo("ping"u8.ToArray()));
    }
}
