using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>What a program serves that is no file: forms, event streams, web sockets.</summary>
[TestFixtureSource(nameof(Programs))]
internal sealed class StreamTests(string engine, string kind) : SiteFixture(engine, kind)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static object[] Programs => Cases(HttpBackend.Kinds);

    [Test]
    public async Task A_form_with_a_file_arrives()
    {
        using var folder = new TempFolder();
        var body = TestRandom.Bytes(500_000, seed: 9);
        await File.WriteAllBytesAsync(folder.File("body"), body);

        var result = await CurlAsync("-F", "name=value", "-F", $"file=@{folder.File("body")}", $"{Url}/echo");

        var text = Encoding.Latin1.GetString(result.OutputBytes);
        Assert.That(text.Contains("name=\"name\"\r\n\r\nvalue\r\n--", StringComparison.Ordinal), Is.True);
        Assert.That(text.Contains($"\r\n\r\n{Encoding.Latin1.GetString(body)}\r\n--", StringComparison.Ordinal), Is.True);
        Assert.That(text, Does.EndWith("--\r\n"));
    }

    // The next event is asked for when this one is there: what a buffer held back would never come.
    [Test]
    public async Task Curl_prints_each_event_as_it_happens([Values("--http1.0", "--http1.1")] string version)
    {
        await using var curl = ChildProcess.Start(Curl, ["-sS", "-N", "--noproxy", "*", version, $"{Url}/events"]);
        for (var i = 0; i < 3; i++)
        {
            await CurlAsync($"{Url}/event");
            await curl.ReadLineAsync(line => line == $"data: {i}", Deadline);
        }

        Assert.That(await curl.WaitAsync(Deadline), Is.Zero, curl.Transcript);
    }

    // Debian's curl has no web socket of its own. It can upgrade, though, send frames that somebody has made, and print
    // what comes back.
    [Test]
    public async Task Curl_gets_its_web_socket_frames_back()
    {
        byte[][] payloads = [Encoding.ASCII.GetBytes("hello"), TestRandom.Bytes(300, seed: 1), TestRandom.Bytes(70_000, seed: 2)];
        byte[] goodbye = [0x03, 0xE8];
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("frames"), [.. payloads.SelectMany(payload => Frame(2, payload)), .. Frame(8, goodbye)]);

        var result = await CurlAsync(
            "-X", "GET", "-T", folder.File("frames"), "-H", "Content-Length:", "-H", "Expect:", "-D", folder.File("head"), "-H", "Connection: Upgrade", "-H", "Upgrade: websocket",
            "-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", $"{Url}/messages");

        var head = await File.ReadAllTextAsync(folder.File("head"));
        Assert.That(head, Does.StartWith("HTTP/1.1 101 ").And.Contain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
        Assert.That(Unframe(result.OutputBytes), Is.EqualTo((byte[])[.. payloads.SelectMany(static payload => payload), .. goodbye]));
    }

    [Test]
    public async Task Nodes_web_socket_gets_its_messages_back()
    {
        const string Program =
            """
            const sizes = [0, 1, 125, 126, 65535, 65536, 1048576], socket = new WebSocket(process.argv[1]);
            const known = n => Uint8Array.from({ length: n }, (_, i) => i * 7 % 256), text = n => 'ä'.repeat(n / 2);
            let wanted = 0;
            const send = () => socket.send(wanted % 2 ? text(sizes[wanted >> 1]) : known(sizes[wanted >> 1]));
            socket.binaryType = 'arraybuffer';
            socket.onopen = send;
            socket.onerror = e => { console.log('error', e.message); process.exit(1); };
            socket.onmessage = e => {
              const n = sizes[wanted >> 1];
              const same = wanted % 2 ? e.data === text(n) : Buffer.compare(Buffer.from(e.data), known(n)) === 0;
              if (!same) { console.log('message', wanted, 'differs'); process.exit(1); }
              if (++wanted < 2 * sizes.length) send(); else socket.close(1000, 'done');
            };
            socket.onclose = e => { console.log('closed', e.code, e.reason, e.wasClean, wanted); process.exit(0); };
            """;
        var node = Tool.Require("node", "nodejs");
        var result = await Command.RunAsync(node, "--no-warnings", "--experimental-websocket", "-e", Program, $"ws://{Balancer.Address}/messages");
        Assert.That(result.Output, Is.EqualTo("closed 1000 done true 14\n"), result.Error);
    }

    private static byte[] Frame(byte operation, byte[] payload)
    {
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)(0x80 | payload.Length)],
            <= ushort.MaxValue => [(byte)(0x80 | 126), 0, 0],
            _ => [(byte)(0x80 | 127), 0, 0, 0, 0, 0, 0, 0, 0],
        };
        if (length.Length == 3)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length.AsSpan(1), (ushort)payload.Length);
        }
        else if (length.Length == 9)
        {
            BinaryPrimitives.WriteUInt64BigEndian(length.AsSpan(1), (ulong)payload.Length);
        }

        byte[] key = [1, 2, 3, 4];
        return [(byte)(0x80 | operation), .. length, .. key, .. payload.Select((value, i) => (byte)(value ^ key[i % 4]))];
    }

    // What all frames, none of them masked, carry together. Their borders are the server's to choose.
    private static byte[] Unframe(ReadOnlySpan<byte> frames)
    {
        using var payload = new MemoryStream();
        while (!frames.IsEmpty)
        {
            var (start, length) = frames[1] switch
            {
                < 126 => (2, frames[1]),
                126 => (4, BinaryPrimitives.ReadUInt16BigEndian(frames[2..])),
                _ => (10, (int)BinaryPrimitives.ReadUInt64BigEndian(frames[2..])),
            };
            payload.Write(frames.Slice(start, length));
            frames = frames[(start + length)..];
        }

        return payload.ToArray();
    }
}
