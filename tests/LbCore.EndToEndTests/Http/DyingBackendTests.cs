using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Http;

/// <summary>Backends that are killed and come back, under load.</summary>
[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class DyingBackendTests(string engine)
{
    [Test]
    [CancelAfter(60_000)]
    public async Task While_one_backend_lives_only_what_was_under_way_to_the_dead_one_may_fail(CancellationToken token)
    {
        const int workers = 16;
        await using var first = await NodeServer.StartNodeAsync();
        await using var second = await NodeServer.StartNodeAsync();
        await using var balancer = await LbCoreProcess.StartHttpAsync(engine, [first.Address, second.Address]);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{balancer.Address}") };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        var answered = 0;
        var load = Enumerable.Range(0, workers).Select(_ => LoadAsync(client, () => Interlocked.Increment(ref answered), end.Token)).ToArray();

        await AnsweredAsync(500);
        await first.KillAsync();
        await AnsweredAsync(500);
        await first.RestartAsync();
        await AnsweredAsync(500);
        await end.CancelAsync();
        var failures = (await Task.WhenAll(load)).SelectMany(static failures => failures).ToArray();

        // Each worker has one request under way when its backend dies. It may have been acted on, but it is safe to be
        // sent again only over a connection that had been used before.
        Assert.That(failures, Has.Length.LessThanOrEqualTo(workers).And.All.EqualTo(HttpStatusCode.BadGateway));
        await balancer.StopAsync();

        async Task AnsweredAsync(int more)
        {
            var wanted = Volatile.Read(ref answered) + more;
            await TestKit.Eventually.TrueAsync(() => Volatile.Read(ref answered) >= wanted, TimeSpan.FromSeconds(20), "requests are answered");
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_restart_between_two_requests_goes_unnoticed(CancellationToken token)
    {
        await using var node = await NodeServer.StartNodeAsync();
        await using var balancer = await LbCoreProcess.StartHttpAsync(engine, [node.Address]);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{balancer.Address}") };
        for (var i = 0; i < 3; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetByteArrayAsync("/bytes/100", token)));
            await node.KillAsync();
            await node.RestartAsync();
        }

        Assert.That(await client.GetByteArrayAsync("/bytes/100", token), Has.Length.EqualTo(100));
        await balancer.StopAsync();
    }

    private static async Task<List<HttpStatusCode>> LoadAsync(HttpClient client, Action answered, CancellationToken end)
    {
        var failures = new List<HttpStatusCode>();
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var response = await client.GetAsync("/bytes/500", end);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    answered();
                }
                else
                {
                    failures.Add(response.StatusCode);
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                break;
            }
        }

        return failures;
    }
}
