using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>What curl gets from Kestrel, nginx and Node through lbcore.</summary>
[TestFixtureSource(nameof(Every))]
internal sealed class DownloadTests(string engine, string kind) : SiteFixture(engine, kind)
{
    private const int Size = 100_000;

    private static readonly int[] Sizes = [1, 4096, 65_535, 65_536, 65_537, 3_000_000];

    [Test]
    public async Task Bodies_of_any_size_arrive_over_one_connection([Values("file", "chunked")] string how, [Values("1.0", "1.1")] string version)
    {
        using var folder = new TempFolder();
        var outputs = Sizes.SelectMany(size => new[] { "-o", folder.File($"{size}"), Url + Site.PathOf(how, size) });

        // HTTP/1.0 keeps a connection only where it is asked to, and has no chunks.
        string[] protocol = version == "1.0" ? ["--http1.0", "-H", "Connection: keep-alive"] : ["--http1.1"];
        var result = await CurlAsync(["-w", "%{num_connects} ", .. protocol, .. outputs]);

        foreach (var size in Sizes)
        {
            var received = await File.ReadAllBytesAsync(folder.File($"{size}"));
            Assert.That(received.AsSpan().SequenceEqual(HttpBackend.Known(size)), Is.True, $"{how} {size} came as {received.Length}");
        }

        var connects = result.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).Sum(static count => int.Parse(count, CultureInfo.InvariantCulture));
        Assert.That(connects, Is.EqualTo(version == "1.0" && how == "chunked" ? Sizes.Length : 1), "connections");
    }

    [TestCase("--http1.0")]
    [TestCase("--http1.1")]
    public async Task A_client_that_asks_for_the_close_gets_it_each_time(string version)
    {
        var url = Url + Site.PathOf("file", 10);
        string[] discard = ["-o", "/dev/null"];
        var result = await CurlAsync([version, "-H", "Connection: close", "-w", "%{num_connects} ", url, url, url, .. discard, .. discard, .. discard]);
        Assert.That(result.Output, Is.EqualTo("1 1 1 "));
    }

    [Test]
    public async Task HEAD_is_answered_with_the_fields_of_GET_and_leaves_the_connection_as_it_was([Values("file", "chunked")] string how)
    {
        var url = Url + Site.PathOf(how, Size);
        var result = await CurlAsync("-I", url, "-w", "%{num_connects}|", "--next", "-sS", "-D", "-", "-o", "/dev/null", url, "-w", "%{num_connects} %{size_download}");

        var (head, get) = (result.Output.Split("1|", 2)[0], result.Output.Split("1|", 2)[1]);
        Assert.That(get, Does.EndWith($"0 {Size}"), result.Output);
        if (how == "file")
        {
            Assert.That(head, Does.StartWith("HTTP/1.1 200 OK\r\n").And.Contain($"Content-Length: {Size}\r\n").IgnoreCase);
        }

        // Node and Kestrel say nothing about a framing that a response to HEAD does not have.
        string[] mayDiffer = ["Date", "Transfer-Encoding"];
        Assert.That(Fields(head).Where(NotIn(mayDiffer)), Is.EquivalentTo(Fields(get).Where(NotIn(mayDiffer))));
    }

    [Test]
    public async Task What_a_client_has_already_is_not_sent_again()
    {
        using var folder = new TempFolder();
        var url = Url + Site.PathOf("file", Size);
        await CurlAsync("--etag-save", folder.File("tag"), "-o", "/dev/null", url);
        var again = await CurlAsync(
            "--etag-compare", folder.File("tag"), url, "-w", "%{http_code} %{size_download} %{num_connects}|", "--next", "-sS", "-o", "/dev/null", url, "-w", "%{http_code} %{size_download} %{num_connects}");
        Assert.That(again.Output, Is.EqualTo($"304 0 1|200 {Size} 0"));
    }

    [TestCase("0-0", 0, 1)]
    [TestCase("1000-1999", 1000, 1000)]
    [TestCase("-500", Size - 500, 500)]
    [TestCase("99000-", 99_000, 1000)]
    public async Task A_range_arrives(string range, int start, int length)
    {
        var result = await CurlAsync("-r", range, Url + Site.PathOf("file", Size), "-w", "%{http_code}");
        Assert.That(result.OutputBytes, Is.EqualTo((byte[])[.. HttpBackend.Known(Size).AsSpan(start, length), .. "206"u8]));
    }

    [Test]
    public async Task A_range_behind_the_end_is_refused()
    {
        var result = await CurlAsync("-r", "100000-", "-D", "-", "-o", "/dev/null", Url + Site.PathOf("file", Size));
        Assert.That(result.Output, Does.StartWith("HTTP/1.1 416 ").And.Contain($"Content-Range: bytes */{Size}\r\n").IgnoreCase);
    }

    [Test]
    public async Task A_download_that_broke_off_is_resumed()
    {
        using var folder = new TempFolder();
        var file = folder.File("part");
        await File.WriteAllBytesAsync(file, HttpBackend.Known(Size)[..40_000]);
        await CurlAsync("-C", "-", "-o", file, Url + Site.PathOf("file", Size));
        Assert.That((await File.ReadAllBytesAsync(file)).AsSpan().SequenceEqual(HttpBackend.Known(Size)), Is.True);
    }

    private static string[] Fields(string head) =>
        [.. head.Split("\r\n\r\n")[0].Split("\r\n").Skip(1)];

    private static Func<string, bool> NotIn(string[] names) =>
        field => !names.Any(name => field.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
}
