using System;
using System.Runtime.InteropServices;
using LbCore.Transport.Epoll;

namespace LbCore.Transport.Buffers;

/// <summary>Takes memory for blocks from the system and gives it back.</summary>
internal static unsafe class BlockMemory
{
    private const int PageSize = 4096;

    public static byte* Allocate(int length)
    {
        if (length < PageSize)
        {
            return (byte*)NativeMemory.Alloc((nuint)length);
        }

        if (!OperatingSystem.IsLinux())
        {
            return (byte*)NativeMemory.AlignedAlloc((nuint)length, PageSize);
        }

        // malloc keeps freed blocks of this size in its arenas; a mapping of its own goes back when it is unmapped.
        var pointer = Libc.MapAnonymous(length);
        return pointer is not null ? pointer : throw new InsufficientMemoryException("The system has no memory left for buffers.");
    }

    public static void Free(byte* pointer, int length)
    {
        if (length < PageSize)
        {
            NativeMemory.Free(pointer);
        }
        else if (OperatingSystem.IsLinux())
        {
            Libc.Unmap(pointer, length);
        }
        else
        {
            NativeMemory.AlignedFree(pointer);
        }
    }

    public static int RoundUpToPage(int length) => checked(length + PageSize - 1) & ~(PageSize - 1);
}
