using System;
using BenchmarkDotNet.Attributes;
using LbCore.Transport;

namespace LbCore.Microbenchmarks.Transport;

/// <summary>Measures the way through the run queue, from within the loop and into it from another thread.</summary>
public class RunQueueBenchmarks
{
    private static readonly Action<object?> DoNothing = static _ => { };

    private readonly RunQueue _queue = new();
    private readonly WorkItem _item = new(DoNothing, null);
    private readonly Action _body = static () => { };
    private LoopRunner _runner = null!;

    [GlobalSetup]
    public void StartLoop() => _runner = new LoopRunner();

    [GlobalCleanup]
    public void StopLoop() => _runner.Dispose();

    [Benchmark]
    public int EnqueueAndDequeue()
    {
        _queue.Enqueue(_item);
        _queue.Dequeue().Execute();
        return _queue.Count;
    }

    /// <summary>Wakes a sleeping loop, runs there and comes back: two thread switches.</summary>
    [Benchmark]
    public void PostAndWait() => _runner.Run(_body);
}
