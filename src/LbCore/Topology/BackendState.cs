using System.Runtime.InteropServices;
using System.Threading;

namespace LbCore.Topology;

/// <summary>The live figures of one backend, written by every loop. Kept by identity when a snapshot is replaced.</summary>
internal sealed class BackendState
{
    private Figures _figures;

    /// <summary>Gets how many connections are reserved, including those still being connected.</summary>
    public int InFlight => Volatile.Read(ref _figures.InFlight);

    /// <summary>Gets how many reservations there have been.</summary>
    public long Total => Volatile.Read(ref _figures.Total);

    /// <summary>Gets how many of them ended with a failure of the backend.</summary>
    public long Failures => Volatile.Read(ref _figures.Failures);

    public bool TryReserve(int limit)
    {
        if (limit == int.MaxValue)
        {
            Interlocked.Increment(ref _figures.InFlight);
        }
        else
        {
            // Compare-and-swap instead of add-and-take-back: a failed try must not make the backend look full to others.
            var seen = Volatile.Read(ref _figures.InFlight);
            while (true)
            {
                if (seen >= limit)
                {
                    return false;
                }

                var before = Interlocked.CompareExchange(ref _figures.InFlight, seen + 1, seen);
                if (before == seen)
                {
                    break;
                }

                seen = before;
            }
        }

        Interlocked.Increment(ref _figures.Total);
        return true;
    }

    /// <summary>Ends one reservation.</summary>
    /// <param name="failed">Whether the backend failed it.</param>
    public void Release(bool failed)
    {
        if (failed)
        {
            Interlocked.Increment(ref _figures.Failures);
        }

        Interlocked.Decrement(ref _figures.InFlight);
    }

    // All three share one cache line, since a connection writes them together, and the padding keeps other objects off
    // it. 64 bytes before and after also cover the pair of lines that some processors fetch at once.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Figures
    {
        [FieldOffset(64)]
        public long Total;

        [FieldOffset(72)]
        public long Failures;

        [FieldOffset(80)]
        public int InFlight;
    }
}
