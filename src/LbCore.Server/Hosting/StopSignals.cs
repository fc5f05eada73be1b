using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace LbCore.Server.Hosting;

/// <summary>
/// SIGTERM, SIGINT and SIGQUIT, in whichever order: the first one asks for an orderly end, each further one for an end at
/// once, with 128 and the signal's number (143, 130, 131), as shells report it.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly Action _stop;
    private readonly Action<int> _exit;
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <param name="stop">Begins the orderly end.</param>
    /// <param name="exit">Ends the process with an exit code.</param>
    /// <param name="more">Other signals that mean the same, with their numbers.</param>
    public StopSignals(Action stop, Action<int> exit, params ReadOnlySpan<(PosixSignal Signal, int Number)> more)
    {
        _stop = stop;
        _exit = exit;
        ReadOnlySpan<(PosixSignal Signal, int Number)> all =
            [(PosixSignal.SIGTERM, 15), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), .. more];
        _registrations = new PosixSignalRegistration[all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            var number = all[i].Number;
            _registrations[i] = PosixSignalRegistration.Create(all[i].Signal, context =>
            {
                context.Cancel = true;
                Take(number);
            });
        }
    }

    public void Dispose() => Array.ForEach(_registrations, static registration => registration.Dispose());

    /// <summary>Does what a signal of that number asks for. For any thread.</summary>
    public void Take(int number)
    {
        if (Interlocked.Increment(ref _signals) > 1)
        {
            _exit(128 + number);
        }
        else
        {
            _stop();
        }
    }
}
