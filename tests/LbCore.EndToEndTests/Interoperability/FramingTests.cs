using System;
using System.IO;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>What Kestrel does not send over HTTP/1.1: bodies that end with the connection, and trailers.</summary>
[TestFixtureSource(nameof(Capable))]
internal sealed class FramingTests(string engine, string kind) : SiteFixture(engine, kind)
{
    public static object[] Capable => Cases(HttpBackend.Node, Site.Nginx);

    [Test]
    public async Task A_body_until_the_close_is_whole(
        [Values(1, 65_536, 3_000_000)] int size, [Values("--http1.0", "--http1.1")] string version)
    {
        using var folder = new TempFolder();
        var result = await CurlAsync(version, Url + Site.PathOf("close", size), "-D", "-", "-o", folder.File("body"));
        Assert.That(result.Output, Does.Contain("Connection: close\r\n").And.Not.Contain("Content-Length").IgnoreCase.And.Not.Contain("Transfer-Encoding").IgnoreCase);
        Assert.That((await File.ReadAllBytesAsync(folder.File("body"))).AsSpan().SequenceEqual(HttpBackend.Known(size)), Is.True);
    }

    // Curl prints a trailer where it prints the fields of the head.
    [Test]
    public async Task A_trailer_arrives_behind_its_body_and_the_connection_goes_on()
    {
        using var folder = new TempFolder();
        var url = Url + Site.PathOf("trailers", 100_000);
        var result = await CurlAsync("-H", "TE: trailers", "-H", "Connection: TE", "-D", "-", "-w", "%{num_connects}|", "-o", folder.File("1"), url, "-o", folder.File("2"), url);
        Assert.That(result.Output, Does.Contain("X-Check: passed\r\n1|HTTP/1.1 200 OK\r\n").And.EndWith("X-Check: passed\r\n0|"));
        foreach (var name in new[] { "1", "2" })
        {
            Assert.That((await File.ReadAllBytesAsync(folder.File(name))).AsSpan().SequenceEqual(HttpBackend.Known(100_000)), Is.True);
        }
    }
}
