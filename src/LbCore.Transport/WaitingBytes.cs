using System;
using System.Buffers;
using System.Runtime.InteropServices;
using LbCore.Transport.Buffers;

namespace LbCore.Transport;

/// <summary>
/// Is what a blocked write has still to send from its caller's memory. Blocks of a loop are held so that nobody reuses
/// them before the write ends; it exists only while the write waits, for idle connections must be small.
/// </summary>
internal sealed class WaitingBytes
{
    // One object a thread is kept: under load the same connection blocks again and again.
    [ThreadStatic]
    private static WaitingBytes? s_spare;

    private BufferBlock? _block;
    private BufferBlock?[]? _blocks;

    private WaitingBytes()
    {
    }

    /// <summary>The bytes that are left. A field, to be consumed in place.</summary>
    public ReadOnlySequence<byte> Left;

    public static WaitingBytes Lease(in ReadOnlySequence<byte> bytes)
    {
        var waiting = s_spare ?? new WaitingBytes();
        s_spare = null;
        waiting.Left = bytes;
        if (bytes.IsSingleSegment)
        {
            waiting._block = Hold(bytes.First);
            return waiting;
        }

        var count = 0;
        foreach (var _ in bytes)
        {
            count++;
        }

        waiting._blocks = new BufferBlock?[count];
        var i = 0;
        foreach (var memory in bytes)
        {
            waiting._blocks[i++] = Hold(memory);
        }

        return waiting;
    }

    public void Release()
    {
        Left = default;
        _block?.Release();
        _block = null;
        if (_blocks is { } blocks)
        {
            _blocks = null;
            foreach (var block in blocks)
            {
                block?.Release();
            }
        }

        s_spare = this;
    }

    private static BufferBlock? Hold(ReadOnlyMemory<byte> memory)
    {
        if (!MemoryMarshal.TryGetMemoryManager<byte, BufferBlock>(memory, out var block))
        {
            return null;
        }

        block.AddReference();
        return block;
    }
}
