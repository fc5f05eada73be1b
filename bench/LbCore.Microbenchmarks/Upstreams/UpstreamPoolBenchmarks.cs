using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using BenchmarkDotNet.Attributes;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;

namespace LbCore.Microbenchmarks.Upstreams;

/// <summary>Measures what a request pays for a connection from the pool: find the pool, rent, give back.</summary>
public class UpstreamPoolBenchmarks
{
    private readonly BackendState _backend = new();
    private readonly Action _rentAndReturn;
    private LoopRunner _runner = null!;
    private UpstreamPools _pools = null!;
    private Socket _listener = null!;

    public UpstreamPoolBenchmarks() => _rentAndReturn = RentAndReturnOnLoop;

    /// <summary>Gets or sets how many connections are idle.</summary>
    [Params(1, 100)]
    public int Idle { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        _runner = new LoopRunner();
        _pools = new UpstreamPools([_runner.Loop], PoolLimits.Default);
        for (var i = 0; i < Idle; i++)
        {
            Task dialling = Task.CompletedTask;
            _runner.Run(() => dialling = DialAsync());
            dialling.GetAwaiter().GetResult();
        }
    }

    [GlobalCleanup]
    public void Stop()
    {
        _pools.StopAsync().GetAwaiter().GetResult();
        _runner.Dispose();
        _listener.Dispose();
    }

    [Benchmark(OperationsPerInvoke = LoopRunner.Batch)]
    public void RentAndReturn() => _runner.Run(_rentAndReturn);

    // The other end waits in the backlog: nobody needs to accept it.
    private async Task DialAsync()
    {
        var dialled = await _runner.Loop.DialAsync(_listener.LocalEndPoint!, DialOptions.Default);
        _pools.Get(_runner.Loop, _backend).Return(dialled.Connection!);
    }

    private void RentAndReturnOnLoop()
    {
        for (var i = 0; i < LoopRunner.Batch; i++)
        {
            var pool = _pools.Get(_runner.Loop, _backend);
            pool.Return(pool.TryRent()!);
        }
    }
}
