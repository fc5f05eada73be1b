using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>What curl sends to Kestrel, nginx and Node through lbcore.</summary>
[TestFixtureSource(nameof(Every))]
internal sealed class UploadTests(string engine, string kind) : SiteFixture(engine, kind)
{
    private const int Size = 2_000_000;

    // Longer than the test may take: curl sends its body without leave after that.
    private static readonly string[] WaitsForLeave = ["-H", "Expect: 100-continue", "--expect100-timeout", "60"];

    private TempFolder? _folder;
    private byte[] _body = [];

    private string BodyFile => _folder!.File("body");

    [SetUp]
    public async Task WriteBodyAsync()
    {
        _folder = new TempFolder();
        _body = TestRandom.Bytes(Size, seed: 8);
        await File.WriteAllBytesAsync(BodyFile, _body);
    }

    [TearDown]
    public void RemoveBody() => _folder!.Dispose();

    [Test]
    public async Task A_body_arrives([Values("--http1.0", "--http1.1")] string version)
    {
        var result = await CurlAsync(version, "-H", "Expect:", "-T", BodyFile, Url + Site.UploadPath("told" + version));
        Assert.That(Site.UploadedHash("told" + version, result.Output), Is.EqualTo(Hash(_body)));
    }

    [Test]
    public async Task A_body_of_unknown_length_arrives()
    {
        var result = (await TryCurlAsync(_body, "-H", "Expect:", "-T", "-", Url + Site.UploadPath("unknown"))).OrThrow();
        Assert.That(Site.UploadedHash("unknown", result.Output), Is.EqualTo(Hash(_body)));
    }

    [Test]
    public async Task A_body_at_a_limited_rate_arrives()
    {
        var result = await CurlAsync("--limit-rate", "4M", "-H", "Expect:", "-T", BodyFile, Url + Site.UploadPath("slow"));
        Assert.That(Site.UploadedHash("slow", result.Output), Is.EqualTo(Hash(_body)));
    }

    [Test]
    public async Task A_client_that_waits_for_leave_gets_it([Values] bool chunked)
    {
        var name = $"leave-{chunked}";
        string[] framing = chunked ? ["-H", "Transfer-Encoding: chunked"] : [];
        var result = await CurlAsync([.. WaitsForLeave, .. framing, "-T", BodyFile, "-D", "-", "-o", _folder!.File("answer"), Url + Site.UploadPath(name)]);
        Assert.That(result.Output, Does.StartWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20"));
        Assert.That(Site.UploadedHash(name, await File.ReadAllTextAsync(_folder.File("answer"))), Is.EqualTo(Hash(_body)));
    }

    [Test]
    public async Task A_client_that_waits_for_leave_and_is_refused_sends_nothing()
    {
        var result = await CurlAsync([.. WaitsForLeave, "-T", BodyFile, "-o", "/dev/null", "-w", "%{http_code} %{size_upload}", $"{Url}/refuse"]);
        Assert.That(result.Output, Is.EqualTo("413 0"));
    }

    // Curl stops sending when it sees the answer; whether some of the body is on its way then is nobody's choice.
    [Test]
    public async Task A_refusal_arrives_while_the_body_is_on_its_way()
    {
        var large = _folder!.File("large");
        await using (var file = File.Create(large))
        {
            file.SetLength(64 * 1024 * 1024);
        }

        for (var i = 0; i < 5; i++)
        {
            var result = await CurlAsync("-H", "Expect:", "-T", large, "-o", "/dev/null", "-w", "%{http_code}", $"{Url}/refuse");
            Assert.That(result.Output, Is.EqualTo("413"));
        }
    }

    private static string Hash(byte[] body) => Convert.ToHexString(SHA256.HashData(body));
}
