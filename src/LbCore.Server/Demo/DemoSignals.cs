using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace LbCore.Server.Demo;

/// <summary>The first signal ends the demo well, the second one at once, with 128 and its number.</summary>
internal sealed class DemoSignals : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Action _onSecond;
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <param name="stop">What the first one cancels.</param>
    /// <param name="onSecond">Runs before the process ends at once.</param>
    public DemoSignals(CancellationTokenSource stop, Action onSecond)
    {
        _stop = stop;
        _onSecond = onSecond;
        _registrations =
        [
            Register(PosixSignal.SIGTERM, 15),
            Register(PosixSignal.SIGINT, 2),
            Register(PosixSignal.SIGQUIT, 3),
            Register(PosixSignal.SIGHUP, 1),
        ];
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private PosixSignalRegistration Register(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            _onSecond();
            Environment.Exit(128 + number);
        }

        _stop.Cancel();
    });
}
