using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Recording;
using LbCore.TestKit;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>What of a request reaches its strategy, and what comes of what the strategy says.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class StrategyWiringTests(EngineCase engine)
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: d\r\n\r\n";

    [Test]
    [CancelAfter(30_000)]
    public async Task The_path_is_the_same_key_with_and_without_routes_and_however_it_is_written(CancellationToken token)
    {
        var spy = new Spy(SelectionKeyKind.Path);
        await using var pair = await StartAsync(spy, token, static options =>
            options.Listeners["web"].Routes.Add(new RouteOptions { PathPrefix = "/r", Cluster = "app", Rewrite = new RewriteOptions { StripPrefix = "/r" } }));
        foreach (var target in new[] { "/r/a?x=1", "/r/b/../a", "/r//a", "/r/%61", "/o/a", "/o/./a" })
        {
            await AskAsync(pair, $"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        }

        Assert.That(spy.Hashes[1..4], Is.All.EqualTo(spy.Hashes[0]));
        Assert.That(spy.Hashes[5], Is.EqualTo(spy.Hashes[4]).And.Not.EqualTo(spy.Hashes[0]));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Without_routes_the_path_and_the_query_are_found_too(CancellationToken token)
    {
        var spy = new Spy(SelectionKeyKind.Query, "id");
        await using var pair = await StartAsync(spy, token);
        foreach (var target in new[] { "/a?id=1", "/./b?x=2&id=1", "/../c?id=1", "/a" })
        {
            await AskAsync(pair, $"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        }

        Assert.That(spy.Hashes[..3], Is.All.EqualTo(spy.Hashes[0]));
        Assert.That(spy.Hashes[0], Is.Not.Zero);
        Assert.That(spy.Hashes[3], Is.Zero, "no such parameter");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_clients_address_is_what_a_trusted_proxy_says(CancellationToken token)
    {
        var spy = new Spy(SelectionKeyKind.ClientAddress);
        await using var pair = await StartAsync(spy, token, static options => options.Listeners["web"].ForwardedHeaders.Trusted.Add("127.0.0.1"));
        await AskAsync(pair, "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 9.9.9.9, 1.2.3.4\r\n\r\n");
        await AskAsync(pair, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(spy.Addresses, Is.EqualTo(new[] { new UInt128(0, 0xFFFF_0102_0304), new UInt128(0, 0xFFFF_7F00_0001) }));
    }

    [TestCase(BackendAvailability.Drain)]
    [TestCase(BackendAvailability.Down)]
    [CancelAfter(30_000)]
    public async Task A_backend_that_drains_or_is_down_takes_nothing_new(BackendAvailability state, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, options => options.Clusters["app"].Backends["b0"].State = state);
        await pair.Client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 503 ").And.Contain("\r\nRetry-After: 5\r\n"));
        Assert.That((await pair.Harness.Outcomes.WaitForRequestAsync(1)).End, Is.EqualTo(RequestEnd.NoBackend));
    }

    [TestCase(-5)]
    [TestCase(1_000_000)]
    [CancelAfter(30_000)]
    public async Task A_strategy_that_names_no_backend_has_chosen_none(int answer, CancellationToken token)
    {
        await using var pair = await StartAsync(new Spy(SelectionKeyKind.None) { Answer = answer }, token);
        await pair.Client.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(await pair.Client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 503 "));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_strategy_that_insists_on_a_full_backend_has_chosen_none(CancellationToken token)
    {
        await using var pair = await StartAsync(new Spy(SelectionKeyKind.None), token, static options => options.Clusters["app"].Backends["b0"].MaxConnections = 1);
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        using (backend)
        {
            using var second = await pair.Harness.ConnectAsync();
            await second.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.That(await second.ReadHeadAsync(), Does.StartWith("HTTP/1.1 503 "));
            await backend.SendAsync(Ok);
            Assert.That(await pair.Client.ReadHeadAsync(), Is.EqualTo(Ok));
        }
    }

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: d\r\n\r\n", false)]
    [TestCase("HTTP/1.1 500 No\r\nContent-Length: 0\r\nDate: d\r\n\r\n", false)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: d\r\n\r\nab", true)]
    [TestCase("", true)]
    [CancelAfter(30_000)]
    public async Task The_time_to_the_first_byte_is_measured_and_who_breaks_off_has_failed(string response, bool isFailure, CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token, static options => options.Clusters["app"].Strategy =
            new StrategyOptions { Type = StrategyNames.LeastTime, Parameters = { ["failurePenalty"] = "40s" } });
        var (backend, _) = await pair.RequestAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        using (backend)
        {
            await backend.SendAsync(response);
            if (isFailure)
            {
                backend.SendFin();
            }

            await pair.Client.ReadUntilClosedAsync();
            await pair.Harness.Outcomes.WaitForRequestAsync(1);
        }

        var average = PeakAverage.Read(pair.Harness.State(0).FirstByte, (uint)Environment.TickCount64, decay: 10_000);
        Assert.That(average, isFailure ? Is.GreaterThan(10_000) : Is.GreaterThan(0).And.LessThan(10_000));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Nothing_is_measured_where_nobody_asks_for_it(CancellationToken token)
    {
        await using var pair = await HttpPair.StartAsync(engine, token);
        await AskAsync(pair, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.That(pair.Harness.State(0).FirstByte, Is.Zero);
    }

    private Task<HttpPair> StartAsync(Spy spy, CancellationToken token, Action<LbCoreOptions>? configure = null) => HttpPair.StartAsync(
        engine,
        token,
        options =>
        {
            options.Clusters["app"].Strategy = spy.Name;
            configure?.Invoke(options);
        },
        strategies: [spy]);

    private static async Task AskAsync(HttpPair pair, string request)
    {
        if (pair.Backend is null)
        {
            var (backend, _) = await pair.RequestAsync(request).ConfigureAwait(false);
            pair.Backend = backend;
        }
        else
        {
            await pair.Client.SendAsync(request).ConfigureAwait(false);
            await pair.Backend!.ReadHeadAsync().ConfigureAwait(false);
        }

        await pair.Backend!.SendAsync(Ok).ConfigureAwait(false);
        await pair.Client.ReadHeadAsync().ConfigureAwait(false);
    }

    /// <summary>Notes what it is asked by, and always gives the same answer.</summary>
    private sealed class Spy(SelectionKeyKind kind, string name = "") : IBalancingStrategy
    {
        private readonly List<ulong> _hashes = [];
        private readonly List<UInt128> _addresses = [];

        public string Name => "spy";

        public int Answer { get; init; }

        public ulong[] Hashes => [.. _hashes];

        public UInt128[] Addresses => [.. _addresses];

        public SelectionKey KeyOf(StrategyArguments arguments) => new(kind, name);

        public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) => new Selector(set, this);

        private sealed class Selector(BackendSet set, Spy spy) : BackendSelector(set)
        {
            public override int Select(in SelectionContext context)
            {
                spy._hashes.Add(context.KeyHash);
                spy._addresses.Add(context.ClientAddress);
                return spy.Answer;
            }
        }
    }
}
