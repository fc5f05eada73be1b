using System;
using System.Threading;

namespace LbCore.Transport.Tests;

/// <summary>Keeps all loops of an engine from doing anything, so that arrivals pile up.</summary>
internal sealed class HeldLoops : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly ManualResetEventSlim _release = new();

    private HeldLoops()
    {
    }

    /// <summary>Returns when every loop is held.</summary>
    public static HeldLoops Hold(TransportEngine engine, CancellationToken token)
    {
        var loops = new HeldLoops();
        using var held = new CountdownEvent(engine.Loops.Count);
        foreach (var loop in engine.Loops)
        {
            loop.Post(
                _ =>
                {
                    held.Signal();
                    loops._release.Wait(Longest, CancellationToken.None);
                },
                null);
        }

        held.Wait(token);
        return loops;
    }

    public void Release() => _release.Set();

    // The event stays: a loop may still be on its way out of the wait.
    public void Dispose() => Release();
}
