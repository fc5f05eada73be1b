using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace LbCore.Transport.Buffers;

/// <summary>
/// Is a loop's pool of blocks: newest first, in four size classes, trimmed while it lies idle. For the loop's thread; after
/// the loop's end any thread may still return a block, which is then freed.
/// </summary>
internal sealed unsafe class BufferPool
{
    /// <summary>
    /// The size of a block for receiving: 64 KiB, which is what many programs write at once, and room for a head before it,
    /// so that the two take one call.
    /// </summary>
    public const int BlockSize = 68 * 1024;

    /// <summary>The size of a small block, in which a head waits for its response. Two lie in a page: most heads are smaller still.</summary>
    public const int SmallBlockSize = 2 * 1024;

    /// <summary>The size of a block for a head with many cookies.</summary>
    public const int MediumBlockSize = 4 * 1024;

    /// <summary>The size of a block for a head that is all cookies.</summary>
    public const int LargeHeadBlockSize = 16 * 1024;

    private const byte Poison = 0xDB;

    private readonly EventLoop _loop;
    private readonly bool _poison;
    private readonly HashSet<BufferBlock>? _rentedBlocks;
    private readonly TrimTimer _trimTimer;
    private BufferBlock? _free;
    private BufferBlock? _freeSmall;
    private BufferBlock? _freeMedium;
    private BufferBlock? _freeLargeHead;
    private int _rented;
    private int _pooled;
    private int _lowestPooled;

    public BufferPool(EventLoop loop, bool poison)
    {
        _loop = loop;
        _poison = poison;
        _rentedBlocks = poison ? [] : null;
        _trimTimer = new TrimTimer(this, loop);
    }

    public int Rented => Volatile.Read(ref _rented);

    public int Pooled => Volatile.Read(ref _pooled);

    /// <summary>Rents a block of <see cref="BlockSize"/>.</summary>
    public BufferBlock Rent(string owner) => Rent(ref _free, BlockSize, owner);

    /// <summary>Rents a block of <see cref="SmallBlockSize"/>.</summary>
    public BufferBlock RentSmall(string owner) => Rent(ref _freeSmall, SmallBlockSize, owner);

    /// <summary>Rents the smallest block that has the given size.</summary>
    public BufferBlock RentSmallest(int length, string owner) => length switch
    {
        <= SmallBlockSize => RentSmall(owner),
        <= MediumBlockSize => Rent(ref _freeMedium, MediumBlockSize, owner),
        <= LargeHeadBlockSize => Rent(ref _freeLargeHead, LargeHeadBlockSize, owner),
        _ => RentAtLeast(length, owner),
    };

    /// <summary>Rents a block of at least the given size; one above <see cref="BlockSize"/> is not pooled.</summary>
    public BufferBlock RentAtLeast(int length, string owner)
    {
        if (length <= BlockSize)
        {
            return Rent(owner);
        }

        var rounded = BlockMemory.RoundUpToPage(length);
        return Track(new BufferBlock(this, BlockMemory.Allocate(rounded), rounded), owner);
    }

    public void Return(BufferBlock block)
    {
        if (_rentedBlocks is not null)
        {
            lock (_rentedBlocks)
            {
                _rentedBlocks.Remove(block);
            }

            block.GetSpan().Fill(Poison);
        }

        if (!_loop.InLoop)
        {
            ReturnFromElsewhere(block);
            return;
        }

        _rented--;
        switch (block.Length)
        {
            case BlockSize:
                block.NextFree = _free;
                _free = block;
                break;
            case LargeHeadBlockSize:
                block.NextFree = _freeLargeHead;
                _freeLargeHead = block;
                break;
            case MediumBlockSize:
                block.NextFree = _freeMedium;
                _freeMedium = block;
                break;
            case SmallBlockSize:
                block.NextFree = _freeSmall;
                _freeSmall = block;
                break;
            default:
                block.Free();
                return;
        }

        _pooled++;
        _trimTimer.EnsureRunning();
    }

    /// <summary>Frees idle blocks, the oldest last, until at most <paramref name="keep"/> are left.</summary>
    public void Trim(int keep)
    {
        while (_pooled > keep && (Take(ref _freeSmall) ?? Take(ref _freeMedium) ?? Take(ref _freeLargeHead) ?? Take(ref _free)) is { } block)
        {
            block.Free();
        }

        _lowestPooled = Math.Min(_lowestPooled, _pooled);
    }

    /// <summary>Says which owners hold how many blocks. Only with poisoning on.</summary>
    public string DescribeRented()
    {
        if (_rentedBlocks is null)
        {
            return $"{Rented} blocks";
        }

        lock (_rentedBlocks)
        {
            return string.Join(", ", _rentedBlocks.GroupBy(b => b.Owner).Select(g => $"{g.Count()} by {g.Key}"));
        }
    }

    private BufferBlock Rent(ref BufferBlock? free, int length, string owner)
    {
        _loop.AssertInLoop();
        var block = Take(ref free);
        if (block is null)
        {
            block = new BufferBlock(this, BlockMemory.Allocate(length), length);
        }
        else if (_poison && block.GetSpan().IndexOfAnyExcept(Poison) >= 0)
        {
            throw new InvalidOperationException("A block was written to after it had been returned.");
        }

        _lowestPooled = Math.Min(_lowestPooled, _pooled);
        return Track(block, owner);
    }

    private BufferBlock Track(BufferBlock block, string owner)
    {
        _rented++;
        block.MarkRented();
        if (_rentedBlocks is not null)
        {
            block.Owner = owner;
            lock (_rentedBlocks)
            {
                _rentedBlocks.Add(block);
            }
        }

        return block;
    }

    private BufferBlock? Take(ref BufferBlock? free)
    {
        var block = free;
        if (block is not null)
        {
            free = block.NextFree;
            block.NextFree = null;
            _pooled--;
        }

        return block;
    }

    private void ReturnFromElsewhere(BufferBlock block)
    {
        if (!_loop.Post(static state => ((BufferBlock)state!).ReturnToPool(), block))
        {
            Interlocked.Decrement(ref _rented);
            block.Free();
        }
    }

    /// <summary>Frees, each period, half of what nobody needed in it: after a burst the pool melts away, and under steady load it stays.</summary>
    private sealed class TrimTimer(BufferPool pool, EventLoop loop) : LoopTimer
    {
        // Giving back a block that was used takes microseconds; a burst's worth at once would stall the loop.
        private const int MostAtOnce = 256;

        private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

        public void EnsureRunning()
        {
            if (!IsScheduled && !loop.IsStopping)
            {
                pool._lowestPooled = pool._pooled;
                Schedule(loop, Period);
            }
        }

        protected override void OnTimer()
        {
            var unneeded = Math.Min(pool._lowestPooled, pool._pooled);
            var surplus = (unneeded + 1) / 2;
            pool.Trim(pool._pooled - Math.Min(surplus, MostAtOnce));
            if (surplus <= MostAtOnce)
            {
                pool._lowestPooled = pool._pooled;
            }

            if (pool._pooled > 0)
            {
                Schedule(loop, surplus > MostAtOnce ? TimeSpan.Zero : Period);
            }
        }
    }
}
