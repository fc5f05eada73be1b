using System;
using System.Globalization;

namespace LbCore.Http;

/// <summary>Copies pieces one behind the other.</summary>
internal ref struct SpanWriter
{
    private readonly Span<byte> _target;

    public SpanWriter(Span<byte> target) => _target = target;

    public int Written { get; private set; }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_target[Written..]);
        Written += bytes.Length;
    }

    public void Write(byte value) => _target[Written++] = value;

    public void WriteNumber(int value)
    {
        value.TryFormat(_target[Written..], out var digits, provider: CultureInfo.InvariantCulture);
        Written += digits;
    }
}
