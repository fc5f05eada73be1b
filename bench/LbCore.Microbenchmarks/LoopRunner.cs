using System;
using System.Threading;
using LbCore.Transport;

namespace LbCore.Microbenchmarks;

/// <summary>Runs a piece of a benchmark on the thread of a real loop, since timers and buffers belong to it.</summary>
internal sealed class LoopRunner : IDisposable
{
    /// <summary>How many operations one hop to the loop carries: enough to hide the hop, few enough not to stall the loop.</summary>
    public const int Batch = 16_384;

    private readonly TransportEngine _engine = TransportEngine.Create(new TransportOptions { Loops = 1 });
    private readonly ManualResetEventSlim _done = new();
    private readonly Action<object?> _run;
    private Exception? _failure;

    public LoopRunner() => _run = RunOnLoop;

    public EventLoop Loop => _engine.Loops[0];

    public void Run(Action body)
    {
        _done.Reset();
        if (!Loop.Post(_run, body))
        {
            throw new InvalidOperationException("The loop has ended.");
        }

        _done.Wait();
        if (_failure is { } failure)
        {
            throw new InvalidOperationException("The benchmark failed on the loop.", failure);
        }
    }

    public void Dispose()
    {
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _done.Dispose();
    }

    private void RunOnLoop(object? body)
    {
        try
        {
            ((Action)body!)();
        }
        catch (Exception error)
        {
            _failure = error;
        }
        finally
        {
            _done.Set();
        }
    }
}
