using System;
using System.Security.Cryptography;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.RealServers;

[TestFixtureSource(typeof(Engines), nameof(Engines.All))]
internal sealed class RedisTests(string engine)
{
    private string _client = string.Empty;
    private RedisServer? _redis;
    private LbCoreProcess? _balancer;

    private LbCoreProcess Balancer => _balancer ?? throw new InvalidOperationException("lbcore is not running.");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await RedisServer.StartAsync();
        _client = Tool.Require("redis-cli", "redis-tools");
        _balancer = await LbCoreProcess.StartAsync(engine, [_redis.Address]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        try
        {
            if (_balancer is not null)
            {
                await _balancer.StopAsync();
            }
        }
        finally
        {
            await (_balancer?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (_redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Test]
    public async Task Redis_answers_a_ping()
    {
        var result = (await Command.RunAsync(_client, "-p", Balancer.Port, "ping")).OrThrow();

        Assert.That(result.Output, Is.EqualTo("PONG\n"));
    }

    [Test]
    public async Task A_value_of_10_MiB_comes_back_as_it_went()
    {
        var value = new byte[10 * 1024 * 1024];
        RandomNumberGenerator.Fill(value);

        var set = (await Command.RunAsync(_client, ["-p", Balancer.Port, "-x", "set", "large"], null, value)).OrThrow();
        var get = (await Command.RunAsync(_client, "-p", Balancer.Port, "--raw", "get", "large")).OrThrow();

        Assert.That(set.Output, Is.EqualTo("OK\n"));

        // redis-cli ends what it prints with a line feed of its own.
        Assert.That(get.OutputBytes, Has.Length.EqualTo(value.Length + 1));
        Assert.That(get.OutputBytes.AsSpan(0, value.Length).SequenceEqual(value), Is.True);
    }

    [Test]
    public async Task Redis_benchmark_finishes_with_pipelining()
    {
        var benchmark = Tool.Require("redis-benchmark", "redis-tools");

        var result = (await Command.RunAsync(
            benchmark, "-p", Balancer.Port, "-t", "set,get", "-n", "50000", "-c", "50", "-P", "16", "-q")).OrThrow();

        Assert.That(result.Output, Does.Match(@"SET: [\d.]+ requests per second").And.Match(@"GET: [\d.]+ requests per second"));
        Assert.That(result.Output + result.Error, Does.Not.Contain("rror"));
    }
}
