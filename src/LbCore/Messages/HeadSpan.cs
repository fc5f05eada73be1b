using System;
using System.Buffers;
using LbCore.Http;

namespace LbCore.Messages;

/// <summary>Shows a head's bytes as one span, which the parsers want.</summary>
internal static class HeadSpan
{
    /// <summary>
    /// Returns the first bytes of a buffer, as many as a head may have. Those that lie in two blocks, which takes a head
    /// behind tens of kilobytes of others, are copied together.
    /// </summary>
    public static ReadOnlySpan<byte> Of(in ReadOnlySequence<byte> buffer, HeadLimits limits, out byte[]? joined)
    {
        joined = null;
        var first = buffer.FirstSpan;
        if (buffer.IsSingleSegment || first.Length >= limits.MaxBytes)
        {
            return first;
        }

        joined = buffer.Slice(0, Math.Min(buffer.Length, limits.MaxBytes)).ToArray();
        return joined;
    }
}
