using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>A browser at a page behind lbcore.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class ChromiumTests(string engine)
{
    [Test]
    [CancelAfter(60_000)]
    public async Task A_page_with_50_assets_events_and_a_web_socket_works_over_three_backends(CancellationToken token)
    {
        await using var site = await BrowserSite.StartAsync(servers: 3);
        await using var balancer = await LbCoreProcess.StartHttpAsync(engine, site.Addresses);
        await using var browser = ChromiumBrowser.Open($"http://{balancer.Address}/");
        string report;
        try
        {
            report = await site.ReportAsync(token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The page did not report. It asked for:\n{site.Transcript}\n{browser.Transcript}");
            throw;
        }

        Assert.That(report, Is.Empty, site.Transcript);
        Assert.That(site.Served, Has.All.GreaterThan(30), "requests of each backend");
        Assert.That(site.Unchanged, Is.EqualTo(BrowserPage.Scripts + BrowserPage.Styles + BrowserPage.Images));
        await balancer.StopAsync();
    }
}
