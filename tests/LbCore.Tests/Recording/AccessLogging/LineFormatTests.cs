using System;
using System.Buffers;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CsCheck;
using LbCore.Http;
using LbCore.Recording;
using LbCore.Recording.AccessLogging;
using LbCore.Topology;
using LbCore.Transport;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace LbCore.Tests.Recording.AccessLogging;

/// <summary>What a line says, and that nobody makes it say something else.</summary>
internal sealed class LineFormatTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 26, 23, 58, 1, 7, TimeSpan.FromHours(1));

    private static readonly IPEndPoint Client = new(IPAddress.Parse("192.0.2.17"), 51234);

    private readonly LineClock _clock = new(new FakeTimeProvider(Time));

    [OneTimeSetUp]
    public void Look() => _clock.Look();

    [Test]
    public void A_request_in_the_combined_form()
    {
        var outcome = Request("GET /a?b HTTP/1.1\r\nHost: h\r\nReferer: http://r/\r\nUser-Agent: curl/8\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n");
        Assert.That(Combined(outcome), Is.EqualTo("192.0.2.17 - - [26/Nov/2026:22:58:01 +0000] \"GET /a?b HTTP/1.1\" 200 123 \"http://r/\" \"curl/8\"\n"));
    }

    [Test]
    public void A_request_of_which_nothing_is_known_in_the_combined_form() => Assert.That(
        Combined(Request("") with { Status = 400, BytesDown = 0, AnswerBytes = 16 }),
        Is.EqualTo("192.0.2.17 - - [26/Nov/2026:22:58:01 +0000] \"-\" 400 16 \"-\" \"-\"\n"));

    [Test]
    public void A_request_without_an_answer_has_a_status_that_readers_take() => Assert.That(
        Combined(Request("GET / HTTP/1.1\r\n\r\n") with { Status = 0, BytesDown = 0 }), Does.Contain("\"GET / HTTP/1.1\" 000 0 \"-\" \"-\""));

    [Test]
    public void What_the_balancer_made_of_the_head_is_not_the_clients()
    {
        var outcome = Request("GET /a HTTP/1.1\r\nHost: own:80\r\n\r\n") with
        {
            IsHttp10 = true,
            LacksHost = true,
            Target = new ReadOnlySequence<byte>("http://x/a"u8.ToArray()),
        };
        Assert.That(Combined(outcome), Does.Contain("\"GET http://x/a HTTP/1.0\""));
        var json = Parse(Json(outcome));
        Assert.That((json.GetProperty("target").GetString(), json.GetProperty("protocol").GetString()), Is.EqualTo(("http://x/a", "HTTP/1.0")));
        Assert.That(json.GetProperty("host").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public void Fields_that_did_not_go_on_are_the_clients_all_the_same()
    {
        var outcome = Request("GET /a HTTP/1.1\r\nHost: h\r\n\r\n") with
        {
            Unforwarded = new ReadOnlySequence<byte>("User-Agent: u\r\nreferer: r\r\n"u8.ToArray()),
        };
        Assert.That(Combined(outcome), Does.EndWith(" \"r\" \"u\"\n"));
    }

    [TestCase("::ffff:198.51.100.7", "198.51.100.7")]
    [TestCase("2001:db8::1", "2001:db8::1")]
    public void An_address_is_what_it_is(string address, string expected)
    {
        var client = new IPEndPoint(IPAddress.Parse(address), 1);
        Assert.That(Combined(Connection(), client), Does.StartWith(expected + " - - ["));
        Assert.That(Parse(Json(Connection(), client)).GetProperty("client").GetString(), Is.EqualTo(expected));
    }

    [Test]
    public void A_client_of_a_unix_socket_has_no_address()
    {
        var client = new UnixDomainSocketEndPoint("/tmp/x");
        var request = Request("") with { ClientAddress = "unknown"u8.ToArray(), ClientPort = 0 };
        Assert.That((string[])[Combined(request), Combined(Connection(), client)], Has.All.StartsWith("- - - ["));
        foreach (var json in (JsonElement[])[Parse(Json(request)), Parse(Json(Connection(), client))])
        {
            Assert.That((json.GetProperty("client").ValueKind, json.GetProperty("clientPort").ValueKind), Is.EqualTo((JsonValueKind.Null, JsonValueKind.Null)));
        }
    }

    [Test]
    public void A_request_as_json()
    {
        var attempt = new AttemptOutcome { Backend = Backend("b2") };
        var outcome = Request("POST /a HTTP/1.1\r\nHost: h:81\r\nreferer: r\r\nuser-agent: u\r\n\r\n") with
        {
            BytesUp = 7,
            End = RequestEnd.ResponseTruncated,
            Error = HttpError.ChunkSize,
            Stage = Stage.Forward,
            ConnectMilliseconds = 1,
            ResponseMilliseconds = 20,
            TotalMilliseconds = 300,
            Attempts = new AttemptList([new AttemptOutcome { Backend = Backend("b1") }], in attempt),
        };
        Assert.That(Json(outcome), Is.EqualTo(
            "{\"time\":\"2026-11-26T22:58:01.007Z\",\"kind\":\"http\",\"listener\":\"web\",\"client\":\"192.0.2.17\",\"clientPort\":51234,"
            + "\"method\":\"POST\",\"target\":\"/a\",\"protocol\":\"HTTP/1.1\",\"host\":\"h:81\",\"status\":200,\"bytesUp\":7,\"bytesDown\":123,"
            + "\"cluster\":\"app\",\"backend\":\"b2\",\"attempts\":2,\"retries\":1,\"connectMs\":1,\"responseMs\":20,\"totalMs\":300,"
            + "\"end\":\"ResponseTruncated\",\"error\":\"ChunkSize\",\"failedBy\":\"Backend\",\"stage\":\"Forward\",\"referer\":\"r\",\"userAgent\":\"u\",\"requestId\":null}\n"));
    }

    [Test]
    public void What_is_not_known_is_null_and_the_keys_stay()
    {
        var known = Parse(Json(Request("GET / HTTP/1.1\r\n\r\n"))).EnumerateObject().Select(static member => member.Name);
        var unknown = Parse(Json(Request("") with { Status = 0, ConnectMilliseconds = -1, ResponseMilliseconds = -1, Cluster = "" })).EnumerateObject().ToArray();
        Assert.That(unknown.Select(static member => member.Name), Is.EqualTo(known));
        Assert.That(
            unknown.Where(static member => member.Value.ValueKind == JsonValueKind.Null).Select(static member => member.Name),
            Is.EqualTo(new[] { "method", "target", "protocol", "host", "status", "cluster", "backend", "connectMs", "responseMs", "error", "failedBy", "referer", "userAgent", "requestId" }));
    }

    [Test]
    public void A_connection_in_both_forms()
    {
        var outcome = Connection();
        Assert.That(Combined(outcome), Is.EqualTo("192.0.2.17 - - [26/Nov/2026:22:58:01 +0000] \"TCP app/b1\" 200 4 \"-\" \"-\"\n"));
        Assert.That(Json(outcome), Is.EqualTo(
            "{\"time\":\"2026-11-26T22:58:01.007Z\",\"kind\":\"tcp\",\"listener\":\"db\",\"client\":\"192.0.2.17\",\"clientPort\":51234,"
            + "\"bytesUp\":3,\"bytesDown\":4,\"cluster\":\"app\",\"backend\":\"b1\",\"attempts\":1,\"retries\":0,\"connectMs\":5,\"totalMs\":6,"
            + "\"failedBy\":\"Backend\",\"stage\":\"Forward\",\"dial\":\"Connected\",\"clientClose\":null,\"backendClose\":\"PeerReset\"}\n"));
    }

    [Test]
    public void Hostile_bytes_are_escaped_as_each_form_does()
    {
        var outcome = Request("GET /\"\\\u001b[2J HTTP/1.1\r\nUser-Agent: a\u0000\u0007\tb\u009b\u00fc\r\n\r\n");
        Assert.That(Combined(outcome), Does.EndWith("\"GET /\\x22\\x5C\\x1B[2J HTTP/1.1\" 200 123 \"-\" \"a\\x00\\x07\\x09b\\x9B\\xFC\"\n"));
        var json = Parse(Json(outcome));
        Assert.That(json.GetProperty("target").GetString(), Is.EqualTo("/\"\\\u001b[2J"));
        Assert.That(json.GetProperty("userAgent").GetString(), Is.EqualTo("a\0\a\tb\ufffd\ufffd"), "what is no UTF-8");
        Assert.That(Json(outcome).Any(static c => c is < ' ' and not '\n' or > '~'), Is.False);
    }

    [Test]
    public void Text_in_utf8_reads_back_from_json()
    {
        const string Text = "Zürich 東京 😀";
        var outcome = Request("GET / HTTP/1.1\r\nUser-Agent: " + Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Text)) + "\r\n\r\n");
        Assert.That(Parse(Json(outcome)).GetProperty("userAgent").GetString(), Is.EqualTo(Text));
    }

    [TestCase('a')]
    [TestCase('"')]
    [TestCase('\u00ff')]
    public void A_long_field_is_cut_with_a_mark(char filling)
    {
        var text = new string(filling, 100_000);
        var outcome = Request($"GET /{text} HTTP/1.1\r\nHost: {text}\r\nReferer: {text}\r\nUser-Agent: {text}\r\n\r\n");
        var combined = Combined(outcome);
        Assert.That(combined, Has.Length.LessThan(LineBuffer.MaxLine));
        Assert.That(combined.Split("...").Length, Is.EqualTo(4));
        var json = Json(outcome);
        Assert.That(json, Has.Length.LessThan(LineBuffer.MaxLine));
        Assert.That(Parse(json).GetProperty("userAgent").GetString(), Does.EndWith("…").And.Length.GreaterThan(500));
    }

    [Test]
    public void Whatever_a_client_sends_is_one_line_and_valid_json() => Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 6000])
        .Sample((target, referer, agent) =>
        {
            // The parser lets no line end and no space through; everything else is tried.
            byte[] head =
            [
                .. "GET /"u8, .. target.Where(static b => b is not ((byte)' ' or (byte)'\r' or (byte)'\n')), .. " HTTP/1.1\r\nReferer: "u8,
                .. referer.Where(static b => b is not ((byte)'\r' or (byte)'\n')), .. "\r\nUser-Agent: "u8, .. agent, .. "\r\n\r\n"u8,
            ];
            var outcome = Request(Encoding.Latin1.GetString(head));
            foreach (var line in (string[])[Combined(outcome), Json(outcome)])
            {
                Assert.That(line.IndexOf('\n', StringComparison.Ordinal), Is.EqualTo(line.Length - 1));
                Assert.That(line[..^1].All(static c => c is >= ' ' and <= '~'), Is.True, line);
                Assert.That(line, Has.Length.LessThan(LineBuffer.MaxLine));
            }

            Assert.That(Parse(Json(outcome)).GetProperty("method").GetString(), Is.EqualTo("GET"));
            Assert.That(Combined(outcome).Count(static c => c == '"'), Is.EqualTo(6));
        });

    [Test]
    public void Whatever_bytes_a_head_has_they_make_one_line() => Gen.Byte.Array[0, 200].Sample(head =>
    {
        var outcome = Request(Encoding.Latin1.GetString(head));
        Assert.That(Combined(outcome).Count(static c => c == '\n'), Is.EqualTo(1));
        Parse(Json(outcome));
    });

    [Test]
    public void The_clock_moves_the_time_of_a_line()
    {
        var time = new FakeTimeProvider(Time);
        var clock = new LineClock(time);
        clock.Look();
        time.Advance(TimeSpan.FromMilliseconds(990));
        clock.Look();
        Assert.That((Encoding.ASCII.GetString(clock.Rfc3339), clock.Milliseconds), Is.EqualTo(("2026-11-26T22:58:01", 997)));
        time.Advance(TimeSpan.FromMilliseconds(13));
        clock.Look();
        Assert.That((Encoding.ASCII.GetString(clock.Rfc3339), clock.Milliseconds), Is.EqualTo(("2026-11-26T22:58:02", 10)));
        Assert.That(Encoding.ASCII.GetString(clock.Combined), Is.EqualTo("26/Nov/2026:22:58:02 +0000"));
    }

    /// <summary>Other programs read these: who renames one changes the format of the log.</summary>
    [Test]
    public void The_words_are_spelled_as_documented()
    {
        Assert.That(Spelled<RequestEnd>(), Is.EqualTo(
            "Completed Tunnelled Answered BadRequest BodyTooLarge HeadTimeout BodyTimeout BodyTooSlow RequestTruncated ClientClosed ClientReset ClientStalled ClientTooSlow NoRoute NoBackend BackendsFull ConnectFailed "
            + "ConnectTimeout OutOfResources BackendClosed BadResponse RequestStalled ResponseTimeout ResponseStalled ResponseTruncated Shutdown Fault"));
        Assert.That(Spelled<FailureSource>(), Is.EqualTo("None Client Proxy Backend"));
        Assert.That(Spelled<Stage>(), Is.EqualTo("Admit Parse Route Reserve Connect Forward"));
        Assert.That(Spelled<DialStatus>(), Is.EqualTo("Connected Refused TimedOut Unreachable NoLocalPort OutOfResources Canceled Failed"));
        Assert.That(Spelled<CloseReason>(), Is.EqualTo("None Disposed PeerReset NetworkError Aborted OtherSideAborted IdleTimeout HandlerFailed Shutdown"));
        Assert.That(Spelled<HttpError>(), Is.EqualTo(
            "None RequestLine Method Target Path TargetTooLong Version Connect MaxForwards NoForwardsLeft StatusLine BareLf BareCr Fold "
            + "SpaceBeforeColon FieldName FieldValue HeadTooLarge TooManyFields HostMissing HostRepeated Host HostMismatch ContentLength "
            + "UnderscoreInName ContentLengthRepeated LengthAndCoding TransferEncoding UnknownCoding Connection ChunkSize ChunkExtension "
            + "ChunkEnd Trailer TrailersTooLarge SwitchingProtocols TooManyInterims"));
    }

    private static string Spelled<T>()
        where T : struct, Enum => string.Join(
            ' ', Enumerable.Range(0, Enum.GetValues<T>().Length).Select(static value => Encoding.ASCII.GetString(Words<T>.Of((byte)value))));

    private static Backend Backend(string name) => new(name, new IPEndPoint(IPAddress.Loopback, 1), 1, new BackendState());

    private static ConnectionOutcome Connection()
    {
        var attempt = new AttemptOutcome { Backend = Backend("b1"), Stage = Stage.Forward };
        return new ConnectionOutcome
        {
            Listener = "db",
            Cluster = "app",
            Client = null!,
            Stage = Stage.Forward,
            FailedBy = FailureSource.Backend,
            BackendClose = CloseReason.PeerReset,
            BytesUp = 3,
            BytesDown = 4,
            ConnectMilliseconds = 5,
            TotalMilliseconds = 6,
            Attempts = new AttemptList(null, in attempt),
        };
    }

    private static RequestOutcome Request(string head) => new()
    {
        Listener = "web",
        Cluster = "app",
        Client = null!,
        ClientAddress = "192.0.2.17"u8.ToArray(),
        ClientPort = 51234,
        End = RequestEnd.Completed,
        Status = 200,
        BytesDown = 123,
        Head = new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(head)),
    };

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    private string Combined(in RequestOutcome outcome) => Text(LineFormat.Combined, in outcome);

    private string Json(in RequestOutcome outcome) => Text(LineFormat.Json, in outcome);

    private string Combined(in ConnectionOutcome outcome, EndPoint? client = null) => Text(LineFormat.Combined, in outcome, client);

    private string Json(in ConnectionOutcome outcome, EndPoint? client = null) => Text(LineFormat.Json, in outcome, client);

    private string Text(LineFormat format, in RequestOutcome outcome)
    {
        var line = new LineBuffer(new byte[LineBuffer.MaxLine]);
        format.Write(ref line, _clock, in outcome);
        return Encoding.Latin1.GetString(line.Line);
    }

    private string Text(LineFormat format, in ConnectionOutcome outcome, EndPoint? client)
    {
        var line = new LineBuffer(new byte[LineBuffer.MaxLine]);
        format.Write(ref line, _clock, client ?? Client, in outcome);
        return Encoding.Latin1.GetString(line.Line);
    }
}
