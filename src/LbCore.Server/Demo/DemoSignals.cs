using System;
using System.Runtime.InteropServices;
using System.Threading;
using LbCore.Server.Hosting;

namespace LbCore.Server.Demo;

/// <summary>The first signal ends the demo well, the second one at once. A terminal that closes is a signal like the others.</summary>
internal sealed class DemoSignals : IDisposable
{
    // A terminal that is stopped takes nothing, and whoever asks twice does not wait for it.
    private static readonly TimeSpan LongestLastWords = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop;
    private readonly Action _lastWords;
    private readonly Action<int> _exit;
    private readonly StopSignals _signals;

    /// <param name="stop">What the first one cancels.</param>
    /// <param name="lastWords">Begins before the process ends at once. May block; the end waits for it only briefly.</param>
    /// <param name="exit">Ends the process with an exit code.</param>
    public DemoSignals(CancellationTokenSource stop, Action lastWords, Action<int> exit)
    {
        _stop = stop;
        _lastWords = lastWords;
        _exit = exit;
        _signals = new StopSignals(Stop, ExitAtOnce, (PosixSignal.SIGHUP, 1));
    }

    public void Dispose() => _signals.Dispose();

    /// <summary>Does what a signal of that number asks for. For any thread.</summary>
    public void Take(int number) => _signals.Take(number);

    private void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It came as the demo had just ended by itself.
        }
    }

    private void ExitAtOnce(int exitCode)
    {
        // A thread of its own: those of the pool may all be busy, and this one must not be the one that blocks.
        var thread = new Thread(() => _lastWords()) { IsBackground = true };
        thread.Start();
        thread.Join(LongestLastWords);
        _exit(exitCode);
    }
}
