using System;
using System.Buffers;
using System.Buffers.Text;

namespace LbCore.Recording;

/// <summary>An identifier of ours for one request: 128 bits, written as 32 hexadecimal digits.</summary>
internal readonly record struct RequestId(ulong High, ulong Low)
{
    /// <summary>How many digits an identifier has.</summary>
    public const int Length = 32;

    private static readonly StandardFormat Digits = new('x', 16);

    /// <summary>Gets whether this is none.</summary>
    public bool IsNone => (High | Low) == 0;

    /// <summary>Writes the digits, and returns their number, which is <see cref="Length"/>.</summary>
    public int Format(Span<byte> target)
    {
        Utf8Formatter.TryFormat(High, target, out var high, Digits);
        Utf8Formatter.TryFormat(Low, target[high..], out var low, Digits);
        return high + low;
    }
}
