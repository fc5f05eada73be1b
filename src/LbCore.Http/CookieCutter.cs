using System;

namespace LbCore.Http;

/// <summary>
/// Writes Cookie fields without some cookies: what <see cref="CookieFieldReader"/> finds under their names is gone, and what
/// stands between two of them stays byte for byte.
/// </summary>
internal static class CookieCutter
{
    /// <summary>
    /// Writes what is pending and the field without the cookies, or nothing of it when no other is left. False, and nothing
    /// written, when the field has none of them. Never more than there was: two semicolons at least are less for one put in.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="pending">What stands before the field.</param>
    /// <param name="bytes">The bytes of the head.</param>
    /// <param name="field">The field.</param>
    /// <param name="names">The cookies that do not go on.</param>
    public static bool TryWrite(
        ref SpanWriter writer, ReadOnlySpan<byte> pending, ReadOnlySpan<byte> bytes, in HeaderField field, CookieNames names)
    {
        var value = MessageHead.ValueOf(bytes, in field);
        var candidates = names.CountIn(value, out var only);
        if (candidates == 0)
        {
            return false;
        }

        var reader = new CookieFieldReader(value);
        var before = bytes[field.Start..field.ValueStart];
        var isEmpty = true;
        var from = -1;

        // To look for one name is much faster than to look at every cookie.
        while (candidates == 1 ? reader.TryNext(only, out _) : TryNext(ref reader, names))
        {
            if (from < 0)
            {
                writer.Write(pending);
                from = 0;
            }

            isEmpty &= !WriteKept(ref writer, isEmpty ? before : "; "u8, value[from..reader.Start]);
            from = reader.End;
        }

        if (from < 0)
        {
            return false;
        }

        isEmpty &= !WriteKept(ref writer, isEmpty ? before : "; "u8, value[from..]);
        if (!isEmpty)
        {
            writer.Write("\r\n"u8);
        }

        return true;
    }

    private static bool TryNext(ref CookieFieldReader reader, CookieNames names)
    {
        while (reader.TryNext(out var cookie))
        {
            if (names.Contains(cookie.Name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool WriteKept(ref SpanWriter writer, scoped ReadOnlySpan<byte> before, scoped ReadOnlySpan<byte> cookies)
    {
        var start = cookies.IndexOfAnyExcept(Characters.CookieSeparator);
        if (start < 0)
        {
            return false;
        }

        writer.Write(before);
        writer.Write(cookies[start..(cookies.LastIndexOfAnyExcept(Characters.CookieSeparator) + 1)]);
        return true;
    }
}
