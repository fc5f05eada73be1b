using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>Many requests sent ahead of their responses, to Kestrel, nginx and Node. No client library does that any more.</summary>
[TestFixtureSource(nameof(Every))]
internal sealed class PipelineTests(string engine, string kind) : SiteFixture(engine, kind)
{
    private static readonly int[] Sizes = [1, 70_000, 3, 20_000, 2, 5];

    [Test]
    [CancelAfter(60_000)]
    public async Task Responses_of_every_framing_come_in_the_order_of_their_requests(CancellationToken token)
    {
        const int Rounds = 10;
        using var client = await WireClient.ConnectAsync(Balancer, token);
        List<(string Line, int Size)> requests = [];
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var size in Sizes)
            {
                requests.Add(($"GET {Site.PathOf("file", size + round)}", size + round));
                requests.Add(($"GET {Site.PathOf("chunked", size + round)}", size + round));
            }
        }

        // At once with reading: both sides would else wait for each other when every buffer is full.
        var sending = SendAsync(client, requests, token);
        foreach (var (line, size) in requests)
        {
            using var response = await client.ReadWholeResponseAsync(token);
            Assert.That((response.Status, response.End), Is.EqualTo((200, WireEnd.Whole)), line);
            Assert.That(response.Body, Is.EqualTo(ContentSummary.Of(HttpBackend.Known(size))), line);
        }

        await sending;
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_request_behind_one_that_ends_the_connection_is_not_served(CancellationToken token)
    {
        using var client = await WireClient.ConnectAsync(Balancer, token);
        var path = Site.PathOf("file", 10);
        await client.SendAsync(
            string.Create(CultureInfo.InvariantCulture, $"GET {path} HTTP/1.1\r\nHost: h\r\n\r\nGET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET {path} HTTP/1.1\r\nHost: h\r\n\r\n"),
            token);
        for (var i = 0; i < 2; i++)
        {
            using var response = await client.ReadWholeResponseAsync(token);
            Assert.That((response.Status, response.Received, response.Field("Connection")), Is.EqualTo((200, 10L, i == 0 ? null : "close")));
        }

        Assert.That(await client.EndsInOrderAsync(token), Is.True);
    }

    private static async Task SendAsync(WireClient client, List<(string Line, int Size)> requests, CancellationToken token)
    {
        foreach (var (line, _) in requests)
        {
            await client.SendRequestAsync(line, token);
        }
    }
}
