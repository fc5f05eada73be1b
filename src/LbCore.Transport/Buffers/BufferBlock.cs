using System;
using System.Buffers;
using System.Diagnostics;

namespace LbCore.Transport.Buffers;

/// <summary>
/// Is one block of memory outside the managed heap, so that trimming gives it back to the system at once. Counted: the
/// reader or writer that rented it holds one reference, and each pending send that reads its bytes another.
/// </summary>
internal sealed unsafe class BufferBlock : MemoryManager<byte>
{
    private readonly BufferPool _pool;
    private byte* _pointer;
    private int _references;

    public BufferBlock(BufferPool pool, byte* pointer, int length)
    {
        _pool = pool;
        _pointer = pointer;
        Length = length;
        Segment = new BufferSegment(this);
    }

    public int Length { get; }

    public BufferSegment Segment { get; }

    public BufferBlock? NextFree { get; set; }

    /// <summary>Gets or sets who rented the block, for the leak report; only where rentals are tracked.</summary>
    public string? Owner { get; set; }

    public int References => _references;

    public byte* Pointer => _pointer;

    public override Span<byte> GetSpan()
    {
        // Memory outlives its block only by a caller's mistake; it must then fail, never read freed memory.
        ObjectDisposedException.ThrowIf(_pointer is null, this);
        return new Span<byte>(_pointer, Length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_pointer is null, this);
        return new MemoryHandle(_pointer + elementIndex);
    }

    public override void Unpin()
    {
    }

    public void MarkRented()
    {
        Debug.Assert(_references == 0, "A block in the pool has no holder.");
        _references = 1;
        Segment.Reset();
    }

    public void AddReference()
    {
        Debug.Assert(_references > 0, "Only a rented block can be leased.");
        _references++;
    }

    public void Release()
    {
        Debug.Assert(_references > 0, "A block was returned twice.");
        if (--_references == 0)
        {
            _pool.Return(this);
        }
    }

    /// <summary>Puts a block without holders back; the last step of a return that came from another thread.</summary>
    public void ReturnToPool() => _pool.Return(this);

    public void Free()
    {
        BlockMemory.Free(_pointer, Length);
        _pointer = null;
    }

    protected override void Dispose(bool disposing)
    {
        // The pool frees blocks; a holder of Memory must not be able to.
    }
}
