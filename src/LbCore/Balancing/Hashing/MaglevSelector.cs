using System;
using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>Takes the backend of one slot of a table: one read for a choice, however many backends there are.</summary>
internal sealed class MaglevSelector : HashSelector
{
    // Each further slot is another hash's, so what an excluded backend had is spread over all others by weight, where the
    // next slot in the table would burden whoever stands there.
    private const int MaxFurtherSlots = 8;

    private readonly int[] _table = [];

    public MaglevSelector(BackendSet set, KeyHasher hasher, int tableSize)
        : base(set, hasher)
    {
        if (Ranked.Count == 0)
        {
            return;
        }

        // A set can grow beyond what the table was sized for. A larger table keeps every backend in use, and all instances
        // make the same one.
        _table = MaglevTable.Build(Ranked, Math.Max(tableSize, Primes.AtLeast(Ranked.Count)));
        for (var slot = 0; slot < _table.Length; slot++)
        {
            _table[slot] = Ranked.Indexes[_table[slot]];
        }
    }

    /// <summary>Gets the indexes of the backends, by slot; empty when no backend has a weight.</summary>
    public ReadOnlySpan<int> Table => _table;

    protected override int Select(ulong hash, in SelectionContext context)
    {
        var index = _table[SlotOf(hash)];
        return context.HasExclusions && context.IsExcluded(index) ? SelectAgain(hash, in context) : index;
    }

    protected override void Explain(ulong hash, in SelectionContext context, List<string> steps)
    {
        var slot = SlotOf(hash);
        steps.Add($"slot {slot} of {_table.Length} is backend {Set[_table[slot]]}'s");
        for (var number = 1; number <= MaxFurtherSlots && context.IsExcluded(_table[slot]); number++)
        {
            steps.Add($"backend {Set[_table[slot]]} is excluded: the key is hashed again");
            slot = SlotOf(StableHash.Mix(hash, (ulong)number));
            steps.Add($"slot {slot} of {_table.Length} is backend {Set[_table[slot]]}'s");
        }

        var chosen = Select(hash, in context);
        if (chosen != _table[slot])
        {
            steps.Add($"backend {Set[_table[slot]]} is excluded: the hash is spread over the weights of those that are left");
        }

        steps.Add(chosen == None ? "no backend is left" : $"backend {Set[chosen]} is chosen");
    }

    private int SelectAgain(ulong hash, in SelectionContext context)
    {
        for (var number = 1; number <= MaxFurtherSlots; number++)
        {
            var index = _table[SlotOf(StableHash.Mix(hash, (ulong)number))];
            if (!context.IsExcluded(index))
            {
                return index;
            }
        }

        return Ranked.SelectLeft(StableHash.Mix(hash, MaxFurtherSlots + 1), in context);
    }

    // The hash as a fraction of the table rather than modulo its size: quicker, and no slot is favoured by more than 2^-41.
    private int SlotOf(ulong hash) => (int)Math.BigMul(hash, (ulong)_table.Length, out _);
}
