using System;
using BenchmarkDotNet.Attributes;

namespace LbCore.Microbenchmarks.Transport;

/// <summary>Measures what holding a buffer only while there are bytes costs each message.</summary>
public class BufferPoolBenchmarks
{
    private readonly Action _rentAndReturn;
    private LoopRunner _runner = null!;

    public BufferPoolBenchmarks() => _rentAndReturn = RentAndReturnOnLoop;

    [GlobalSetup]
    public void StartLoop() => _runner = new LoopRunner();

    [GlobalCleanup]
    public void StopLoop() => _runner.Dispose();

    [Benchmark(OperationsPerInvoke = LoopRunner.Batch)]
    public void RentAndReturn() => _runner.Run(_rentAndReturn);

    private void RentAndReturnOnLoop()
    {
        var pool = _runner.Loop.Buffers;
        for (var i = 0; i < LoopRunner.Batch; i++)
        {
            pool.Rent("benchmark").Release();
        }
    }
}
