using System;
using System.IO;
using System.Net.WebSockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>Web sockets between .NET's client and Kestrel, frames and all, through the tunnel.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class WebSocketTests(string engine)
{
    // At and around the sizes where a frame's length takes more bytes, and one that fills every buffer on the way.
    private static readonly int[] Sizes = [0, 1, 125, 126, 65_535, 65_536, 2_000_000];

    private HttpBackend? _backend;
    private LbCoreProcess? _balancer;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _backend = await KestrelServer.StartAsync();
        _balancer = await LbCoreProcess.StartHttpAsync(engine, [_backend.Address]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_balancer is not null)
        {
            await using var balancer = _balancer;
            await balancer.StopAsync();
        }

        if (_backend is not null)
        {
            await _backend.DisposeAsync();
        }
    }

    [TestCase(WebSocketMessageType.Binary)]
    [TestCase(WebSocketMessageType.Text)]
    [CancelAfter(60_000)]
    public async Task Messages_of_any_size_pass_both_ways_at_once(WebSocketMessageType type, CancellationToken token)
    {
        using var socket = await ConnectAsync(token);
        var sending = Task.Run(
            async () =>
            {
                foreach (var size in Sizes)
                {
                    await socket.SendAsync(Message(size), type, endOfMessage: true, token);
                }
            },
            token);
        foreach (var size in Sizes)
        {
            var (received, message) = await ReceiveAsync(socket, token);
            Assert.That(received, Is.EqualTo(type));
            Assert.That(message.AsSpan().SequenceEqual(Message(size)), Is.True, $"{size}");
        }

        await sending;
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", token);
        Assert.That(socket.CloseStatusDescription, Is.EqualTo("done"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_goodbye_passes_both_ways(CancellationToken token)
    {
        using var socket = await ConnectAsync(token);
        await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "going to lunch", token);
        Assert.That(socket.State, Is.EqualTo(WebSocketState.Closed));
        Assert.That(socket.CloseStatus, Is.EqualTo(WebSocketCloseStatus.EndpointUnavailable));
        Assert.That(socket.CloseStatusDescription, Is.EqualTo("going to lunch"));
    }

    // ASCII, since a text must be valid UTF-8.
    private static byte[] Message(int size)
    {
        var message = TestRandom.Bytes(size, size);
        for (var i = 0; i < size; i++)
        {
            message[i] &= 0x7F;
        }

        return message;
    }

    private static async Task<(WebSocketMessageType Type, byte[] Message)> ReceiveAsync(ClientWebSocket socket, CancellationToken token)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult result;
        do
        {
            result = await socket.ReceiveAsync(buffer.AsMemory(), token);
            message.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);

        return (result.MessageType, message.ToArray());
    }

    private async Task<ClientWebSocket> ConnectAsync(CancellationToken token)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{_balancer!.Address}/messages"), token);
        return socket;
    }
}
