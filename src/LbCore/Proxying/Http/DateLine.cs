using System;
using System.Buffers;
using System.Buffers.Text;
using LbCore.Http;

namespace LbCore.Proxying.Http;

/// <summary>Writes when we answered, which an origin server says (RFC 9110 section 6.6.1), and so do we where no backend answers.</summary>
internal static class DateLine
{
    /// <summary>How many bytes it has.</summary>
    public const int Length = 37;

    public static void Write(ref SpanWriter head)
    {
        Span<byte> date = stackalloc byte[32];
        Utf8Formatter.TryFormat(TimeProvider.System.GetUtcNow(), date, out var length, new StandardFormat('R'));
        head.Write("Date: "u8);
        head.Write(date[..length]);
        head.Write("\r\n"u8);
    }
}
