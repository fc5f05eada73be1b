using System;
using System.Buffers.Binary;

namespace LbCore.Proxying;

/// <summary>Draws numbers that nobody outside this process can know.</summary>
internal static class RandomSeed
{
    /// <summary>Draws 128 bits, all random but six.</summary>
    public static (ulong First, ulong Second) Draw()
    {
        // RandomNumberGenerator would load OpenSSL, which takes 4 MB.
        Span<byte> bytes = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(bytes);
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }
}
