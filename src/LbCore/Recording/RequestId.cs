using System;
using System.Buffers.Binary;

namespace LbCore.Recording;

/// <summary>An identifier of ours for one request: 128 bits, written as 32 hexadecimal digits.</summary>
internal readonly record struct RequestId(ulong High, ulong Low)
{
    /// <summary>How many digits an identifier has.</summary>
    public const int Length = 32;

    /// <summary>Gets whether this is none.</summary>
    public bool IsNone => (High | Low) == 0;

    /// <summary>Writes the digits, and returns their number, which is <see cref="Length"/>.</summary>
    public int Format(Span<byte> target)
    {
        Span<byte> bits = stackalloc byte[Length / 2];
        BinaryPrimitives.WriteUInt64BigEndian(bits, High);
        BinaryPrimitives.WriteUInt64BigEndian(bits[sizeof(ulong)..], Low);
        Convert.TryToHexStringLower(bits, target, out var written);
        return written;
    }
}
