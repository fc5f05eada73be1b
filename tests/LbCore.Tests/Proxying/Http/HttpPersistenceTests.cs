using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>Whether each of the two connections stays open after a response: every client with every backend and every framing.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class HttpPersistenceTests
{
    private const string Length = "Content-Length: 4\r\n\r\nbody";
    private const string Chunks = "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";
    private const string UntilClose = "\r\nbody";
    private const string NoBody = "\r\n";

    // The version and the fields of the response, and whether such a backend keeps its connection.
    private static readonly (string Version, string Fields, bool Keeps)[] Backends =
    [
        ("1.1", "", true),
        ("1.1", "Connection: keep-alive\r\n", true),
        ("1.1", "Connection: close\r\n", false),
        ("1.1", "Connection: keep-alive, Close\r\n", false),
        ("1.0", "", false),
        ("1.0", "Connection: keep-alive\r\n", true),
    ];

    private readonly EngineCase _engine;

    public HttpPersistenceTests(EngineCase engine) => _engine = engine;

    [TestCase("1.1", "", true)]
    [TestCase("1.1", "Connection: keep-alive\r\n", true)]
    [TestCase("1.1", "Connection: close\r\n", false)]
    [TestCase("1.1", "Connection: keep-alive, Close\r\n", false)]
    [TestCase("1.1", "Connection: x\r\nConnection: close\r\nX: y\r\n", false)]
    [TestCase("1.0", "", false)]
    [TestCase("1.0", "Connection: Keep-Alive\r\n", true)]
    [TestCase("1.0", "Connection: keep-alive\r\nConnection: close\r\n", false)]
    [CancelAfter(30_000)]
    public async Task Each_side_decides_about_its_own_connection_and_the_framing_about_both(
        string version, string fields, bool keeps, CancellationToken token)
    {
        using var listener = new RawListener(token);
        await using var harness = await BalancerHarness.StartHttpAsync(_engine, [listener.EndPoint], token);
        foreach (var backend in Backends)
        {
            // Chunks in HTTP/1.0 are a fault.
            string[] framings = backend.Version == "1.1" ? [Length, Chunks, UntilClose, NoBody] : [Length, UntilClose, NoBody];
            foreach (var framing in framings)
            {
                var combination = new Combination(version, fields, keeps, backend.Version, backend.Fields, backend.Keeps, framing);
                using var client = await harness.ConnectAsync();
                await AssertAsync(combination, client, listener, harness);
            }
        }
    }

    private static async Task AssertAsync(Combination it, RawClient client, RawListener listener, BalancerHarness harness)
    {
        await client.SendAsync($"GET / HTTP/{it.Version}\r\nHost: h\r\n{it.Fields}\r\n");
        using var backend = await listener.AcceptAsync();
        var head = await backend.ReadHeadAsync();
        Assert.That(head, Does.StartWith("GET / HTTP/1.1\r\n").And.Not.Contain("Connection:"), $"what the backend is told is our own: {it}");
        await backend.SendAsync($"HTTP/{it.BackendVersion} {it.Status}\r\n{it.BackendFields}{it.Framing}");
        if (it.Framing == UntilClose)
        {
            backend.SendFin();
        }

        var answer = await client.ReadHeadAsync();
        Assert.That(answer, Does.StartWith($"HTTP/1.1 {it.Status}\r\n"), $"{it}");
        Assert.That(Has(answer, "Connection: close"), Is.EqualTo(!it.ClientStays), $"{it}: {answer}");
        Assert.That(Has(answer, "Connection: keep-alive"), Is.EqualTo(it.ClientStays && it.Version == "1.0"), $"{it}: {answer}");
        Assert.That(Has(answer, "Transfer-Encoding: chunked"), Is.EqualTo(it.IsChunked), $"{it}: {answer}");
        var body = it.ClientStays ? await client.ReadTextAsync(it.Body.Length) : await client.ReadTextToEndAsync();
        Assert.That(body, Is.EqualTo(it.Body), $"{it}");
        if (it.ClientStays)
        {
            await ServeAnotherAsync(it, client, it.BackendStays ? backend : null, listener);
        }

        await Eventually.TrueAsync(
            () => (harness.State(0).InFlight, harness.State(0).Idle) == (0, it.BackendStays ? 1 : 0), $"the backend's connection is kept or not: {it}");
        if (it.BackendStays)
        {
            backend.SendFin();
            await Eventually.TrueAsync(() => harness.State(0).Idle == 0, "the idle connection is gone");
        }

        Assert.That(await backend.ReadToEndAsync(), Is.Empty, $"{it}");
    }

    // The second backend connection, where there is one, says that it closes, so that only the first can be idle at the end.
    private static async Task ServeAnotherAsync(Combination it, RawClient client, RawClient? kept, RawListener listener)
    {
        await client.SendAsync("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        var backend = kept ?? await listener.AcceptAsync();
        Assert.That(await backend.ReadHeadAsync(), Does.StartWith("GET /next "), $"{it}");
        await backend.SendAsync($"HTTP/1.1 200 OK\r\nDate: d\r\n{(kept is null ? "Connection: close\r\n" : "")}{Length}");
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(4), Is.EqualTo($"HTTP/1.1 200 OK\r\nDate: d\r\n{Length}"), $"{it}");
        if (kept is null)
        {
            backend.Dispose();
        }
    }

    private static bool Has(string head, string field) => head.Contains($"\r\n{field}\r\n", StringComparison.Ordinal);

    private sealed record Combination(
        string Version, string Fields, bool ClientKeeps, string BackendVersion, string BackendFields, bool BackendKeeps, string Framing)
    {
        public string Status => Framing == NoBody ? "204 No Content" : "200 OK";

        public bool IsChunked => Framing == Chunks && Version == "1.1";

        // HTTP/1.0 has no chunks: the end of the connection tells the end of such a body.
        public bool ClientStays => ClientKeeps && Framing != UntilClose && (Framing != Chunks || IsChunked);

        public bool BackendStays => BackendKeeps && Framing != UntilClose;

        public string Body => Framing == NoBody ? "" : IsChunked ? "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n" : "body";
    }
}
