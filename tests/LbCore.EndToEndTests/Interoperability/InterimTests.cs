using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>Interim responses, which of the servers here only Node sends by itself.</summary>
[TestFixtureSource(nameof(Capable))]
internal sealed class InterimTests(string engine, string kind) : SiteFixture(engine, kind)
{
    public static object[] Capable => Cases(HttpBackend.Node);

    [Test]
    public async Task Early_hints_and_news_of_the_progress_come_before_the_response()
    {
        var result = await CurlAsync("-D", "-", $"{Url}/hints");
        Assert.That(result.Output, Does.StartWith("HTTP/1.1 103 Early Hints\r\n").And.EndWith("\r\n\r\nhinted"));
        Assert.That(result.Output, Does.Contain("Link: </style.css>; rel=preload\r\n").IgnoreCase);
        Assert.That(result.Output, Does.Contain("\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n"));
    }

    [Test]
    public async Task HTTP_1_0_gets_none()
    {
        var result = await CurlAsync("--http1.0", "-D", "-", $"{Url}/hints");
        Assert.That(result.Output, Does.StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("\r\n\r\nhinted"));
    }
}
