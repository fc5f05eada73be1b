using System;
using System.Buffers;
using System.Runtime.CompilerServices;

namespace LbCore.Transport;

/// <summary>Is the pieces of one vectored send, pinned for the time of the system call.</summary>
[InlineArray(Capacity)]
internal struct SendVector
{
    public const int Capacity = 16;

    private Piece _first;

    /// <summary>Adds a piece, unless it is empty.</summary>
    public void Add(ref int count, ReadOnlyMemory<byte> memory)
    {
        if (!memory.IsEmpty)
        {
            this[count] = new Piece(memory.Pin(), memory.Length);
            count++;
        }
    }

    public void Dispose(int count)
    {
        for (var i = 0; i < count; i++)
        {
            this[i].Pin.Dispose();
        }
    }

    /// <summary>Is one pinned piece. Disposing of the pin of a loop's block does nothing.</summary>
    internal struct Piece(MemoryHandle pin, int length)
    {
        public MemoryHandle Pin = pin;

        public readonly int Length => length;
    }
}
