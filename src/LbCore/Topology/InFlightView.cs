using System;
using System.Collections.Generic;
using System.Numerics;

namespace LbCore.Topology;

/// <summary>Where a set's counters in flight are: chunk by chunk, to be scanned. Immutable but for what the counters say; any thread.</summary>
internal sealed class InFlightView
{
    private readonly InFlightChunk[] _chunks;

    private InFlightView(InFlightChunk[] chunks) => _chunks = chunks;

    /// <summary>Gets the chunks, in the order in which the set comes upon them.</summary>
    public ReadOnlySpan<InFlightChunk> Chunks => _chunks;

    /// <summary>Gets the view of a set. Off the loops.</summary>
    public static InFlightView Of(BackendSet set)
    {
        var seen = new HashSet<InFlightChunk>();
        var chunks = new List<InFlightChunk>();
        foreach (var backend in set.AsSpan())
        {
            if (seen.Add(backend.State.Chunk))
            {
                chunks.Add(backend.State.Chunk);
            }
        }

        return new InFlightView([.. chunks]);
    }

    /// <summary>
    /// Returns how much is in flight in the cluster: with its backends of weight 0 and those that have left the set but not
    /// yet finished. A sum of counters that others change meanwhile, so it may be off by what happens during the call.
    /// </summary>
    /// <remarks>
    /// A sum when it is asked for, and no counter of its own: that would be one cache line which all loops write twice a
    /// request, whatever the strategy.
    /// </remarks>
    public int Total()
    {
        var total = Vector<int>.Zero;
        foreach (var chunk in _chunks)
        {
            var counters = chunk.Counters.AsSpan();
            for (var i = 0; i < counters.Length; i += Vector<int>.Count)
            {
                total += new Vector<int>(counters[i..]);
            }
        }

        return Vector.Sum(total);
    }
}
