using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace LbCore.Topology;

/// <summary>The live figures of one backend, written by every loop. Kept by identity when a snapshot is replaced.</summary>
internal sealed class BackendState
{
    private const long OneIdle = 1L << 32;

    // However long it took to fail: from here it is tried again within some minutes.
    private const float MaxFailure = 60_000;

    private readonly InFlightChunk _chunk;
    private readonly int _slot;
    private Figures _figures;
    private object? _pools;
    private float _decay = 10_000;
    private float _failurePenalty = 1_000;

    /// <summary>Creates figures that belong to no cluster.</summary>
    public BackendState()
        : this(new InFlightChunk(InFlightChunk.Granularity, countsChanges: false), 0)
    {
    }

    /// <param name="chunk">Where what is in flight is counted once more, beside the cluster's other backends, for strategies to scan.</param>
    /// <param name="slot">The counter there. Fixed, so that a backend's loops and a selector never disagree where it is.</param>
    public BackendState(InFlightChunk chunk, int slot)
    {
        _chunk = chunk;
        _slot = slot;
    }

    /// <summary>Gets the counters among which this backend's is, at <see cref="Slot"/>.</summary>
    public InFlightChunk Chunk => _chunk;

    /// <summary>Gets which of the counters is this backend's.</summary>
    public int Slot => _slot;

    /// <summary>Gets how many connections are reserved, including those still being connected.</summary>
    public int InFlight => InFlightOf(Volatile.Read(ref _figures.Connections));

    /// <summary>Gets <see cref="InFlight"/> as the packed counter has it: a moment later, and beside the others' counters.</summary>
    public int Counted => Volatile.Read(ref _chunk.Counters[_slot]);

    /// <summary>Gets how many connections are kept idle, over all loops. No limit of what is in use counts them.</summary>
    public int Idle => IdleOf(Volatile.Read(ref _figures.Connections));

    /// <summary>Gets how many connections there are, in use and idle, at one moment.</summary>
    public long Open => OpenOf(Volatile.Read(ref _figures.Connections));

    /// <summary>Gets what the loops keep for this backend. It belongs to the room that set it, hence no type of its own.</summary>
    public object? Pools => Volatile.Read(ref _pools);

    /// <summary>Gets how many reservations there have been.</summary>
    public long Total => Volatile.Read(ref _figures.Total);

    /// <summary>Gets how many of them ended with a failure of the backend.</summary>
    public long Failures => Volatile.Read(ref _figures.Failures);

    /// <summary>Gets the average time to the first byte, to be read by <see cref="PeakAverage"/>; 0 when none was measured.</summary>
    public long FirstByte => Volatile.Read(ref _figures.FirstByte);

    public bool TryReserve(int limit)
    {
        if (limit == int.MaxValue)
        {
            Interlocked.Increment(ref _figures.Connections);
        }
        else
        {
            // Compare-and-swap instead of add-and-take-back: a failed try must not make the backend look full to others.
            var seen = Volatile.Read(ref _figures.Connections);
            while (true)
            {
                if (InFlightOf(seen) >= limit)
                {
                    return false;
                }

                var before = Interlocked.CompareExchange(ref _figures.Connections, seen + 1, seen);
                if (before == seen)
                {
                    break;
                }

                seen = before;
            }
        }

        _chunk.Add(_slot, 1);
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

        _chunk.Add(_slot, -1);
        Interlocked.Decrement(ref _figures.Connections);
    }

    /// <summary>
    /// Counts one more idle connection, unless <paramref name="maxIdle"/> are idle or more than
    /// <paramref name="maxOpen"/> open. Its reservation is released after that, so no moment shows too few.
    /// </summary>
    public bool TryAddIdle(int maxIdle, int maxOpen)
    {
        var seen = Volatile.Read(ref _figures.Connections);
        while (IdleOf(seen) < maxIdle && OpenOf(seen) <= maxOpen)
        {
            var before = Interlocked.CompareExchange(ref _figures.Connections, seen + OneIdle, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Counts one idle connection less: it was closed, or is in use under a reservation made before.</summary>
    public void RemoveIdle() => Interlocked.Add(ref _figures.Connections, -OneIdle);

    /// <summary>Sets <see cref="Pools"/> unless another thread was first, and returns what is in force.</summary>
    public object SetPools(object pools) => Interlocked.CompareExchange(ref _pools, pools, null) ?? pools;

    /// <summary>Sets by what rules times to the first byte are kept. The control plane's; the average goes on.</summary>
    /// <param name="decay">In how many milliseconds an older average fades to 1/e.</param>
    /// <param name="failurePenalty">How many milliseconds a failure counts as at least.</param>
    public void KeepFirstByte(float decay, float failurePenalty)
    {
        Volatile.Write(ref _decay, decay);
        Volatile.Write(ref _failurePenalty, failurePenalty);
    }

    /// <summary>Counts a response, or in mode tcp a connection, that has begun.</summary>
    /// <param name="elapsedTicks">How long that took from the attempt's beginning, in ticks of Stopwatch.</param>
    /// <param name="nowMilliseconds">Environment.TickCount64 now.</param>
    public void NoteFirstByte(long elapsedTicks, long nowMilliseconds) =>
        Note(PeakAverage.MillisecondsOf(elapsedTicks), (uint)nowMilliseconds);

    /// <summary>
    /// Counts a response that says that the backend failed (5xx): as no less than the average. It must not look quick; but
    /// clients can ask for what fails, and must not make the backend look slow either.
    /// </summary>
    /// <param name="elapsedTicks">How long it took from the attempt's beginning, in ticks of Stopwatch.</param>
    /// <param name="nowMilliseconds">Environment.TickCount64 now.</param>
    public void NoteError(long elapsedTicks, long nowMilliseconds) =>
        NoteAtLeast(PeakAverage.MillisecondsOf(elapsedTicks), 0, (uint)nowMilliseconds);

    /// <summary>Counts an attempt that the backend failed: as what it took, and no less than the penalty and the average.</summary>
    /// <param name="elapsedTicks">How long it took to fail, in ticks of Stopwatch; 0 when a response had begun before.</param>
    /// <param name="nowMilliseconds">Environment.TickCount64 now.</param>
    public void NoteFailure(long elapsedTicks, long nowMilliseconds) =>
        NoteAtLeast(PeakAverage.MillisecondsOf(elapsedTicks), Volatile.Read(ref _failurePenalty), (uint)nowMilliseconds);

    private void NoteAtLeast(float milliseconds, float least, uint now)
    {
        var average = PeakAverage.Read(Volatile.Read(ref _figures.FirstByte), now, Volatile.Read(ref _decay));
        Note(Math.Min(Math.Max(milliseconds, Math.Max(least, average)), MaxFailure), now);
    }

    private void Note(float milliseconds, uint now)
    {
        var decay = Volatile.Read(ref _decay);
        var seen = Volatile.Read(ref _figures.FirstByte);

        // Once: when another loop has written meanwhile, its sample is as good as this one.
        Interlocked.CompareExchange(ref _figures.FirstByte, PeakAverage.Add(seen, milliseconds, now, decay), seen);
    }

    private static int InFlightOf(long connections) => (int)connections;

    private static int IdleOf(long connections) => (int)(connections >> 32);

    private static long OpenOf(long connections) => (long)InFlightOf(connections) + IdleOf(connections);

    // All share one cache line, since a connection writes them together, and the padding keeps other objects off
    // it. 64 bytes before and after also cover the pair of lines that some processors fetch at once.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Figures
    {
        [FieldOffset(64)]
        public long Total;

        [FieldOffset(72)]
        public long Failures;

        // In use in the lower half, idle in the upper one: the sum of two counters that are read one after the other can
        // miss a connection that moves between them, and a bound on it would not hold.
        [FieldOffset(80)]
        public long Connections;

        [FieldOffset(88)]
        public long FirstByte;
    }
}
