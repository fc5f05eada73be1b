using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace LbCore.Recording;

/// <summary>Counts requests. Each loop writes figures of its own; reading adds them up.</summary>
internal sealed class RequestCounters
{
    private const int Ends = (int)RequestEnd.Fault + 1;

    private readonly Figures[] _loops;
    private readonly long[][] _ends;

    public RequestCounters(int loops)
    {
        _loops = new Figures[loops];
        _ends = new long[loops][];
        for (var i = 0; i < loops; i++)
        {
            // Longer than it is read, so that those of two loops share no cache line.
            _ends[i] = new long[Ends + 16];
        }
    }

    /// <summary>Gets how many requests have ended.</summary>
    public long Recorded => Sum(static (in Figures figures) => Volatile.Read(in figures.Recorded));

    /// <summary>Gets how many attempts came after the first one of their request.</summary>
    public long Retries => Sum(static (in Figures figures) => Volatile.Read(in figures.Retries));

    public long BytesUp => Sum(static (in Figures figures) => Volatile.Read(in figures.BytesUp));

    public long BytesDown => Sum(static (in Figures figures) => Volatile.Read(in figures.BytesDown));

    private delegate long Reader(in Figures figures);

    /// <summary>Returns how many requests have ended in one way.</summary>
    public long CountOf(RequestEnd end)
    {
        long sum = 0;
        foreach (var ends in _ends)
        {
            sum += Volatile.Read(ref ends[(int)end]);
        }

        return sum;
    }

    /// <summary>Counts a request, on its loop.</summary>
    public void Add(in RequestOutcome outcome)
    {
        var loop = outcome.Client.Loop.Index;
        ref var figures = ref _loops[loop];
        figures.Recorded++;
        figures.BytesUp += outcome.BytesUp;
        figures.BytesDown += outcome.BytesDown;
        var attempts = outcome.Attempts.Count;
        if (attempts > 1)
        {
            figures.Retries += attempts - 1;
        }

        _ends[loop][(int)outcome.End]++;
    }

    private long Sum(Reader read)
    {
        long sum = 0;
        foreach (ref readonly var figures in _loops.AsSpan())
        {
            sum += read(in figures);
        }

        return sum;
    }

    // Each on cache lines of its own: one writer each, and nobody slows it down.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Figures
    {
        [FieldOffset(64)]
        public long Recorded;

        [FieldOffset(72)]
        public long Retries;

        [FieldOffset(80)]
        public long BytesUp;

        [FieldOffset(88)]
        public long BytesDown;
    }
}
