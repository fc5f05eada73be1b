using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Reads the Connection fields, and marks the fields that they name (RFC 9110 section 7.6.1).</summary>
internal static class ConnectionRules
{
    // More than any client needs, and a bound on names times fields.
    private const int MaxNames = 32;

    public static HttpError Apply(ReadOnlySpan<byte> bytes, MessageHead head)
    {
        if (!head.Present.Contains(KnownField.Connection))
        {
            return HttpError.None;
        }

        var fields = head.MutableFields;
        var names = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Known != KnownField.Connection)
            {
                continue;
            }

            var options = new TokenList(MessageHead.ValueOf(bytes, in fields[i]));
            while (options.TryNext(out var option))
            {
                if (option.ContainsAnyExcept(Characters.Token))
                {
                    return HttpError.Connection;
                }

                var known = Find(option);
                head.Connection |= known;
                if (known != ConnectionOptions.None)
                {
                    continue;
                }

                // TE is always named (RFC 9110 section 10.1.4), and is dealt with anyway.
                head.ConnectionNamesFields |= !Ascii.EqualsIgnoreCase(option, "te"u8);
                if (++names > MaxNames || !TryMark(bytes, fields, option))
                {
                    return HttpError.Connection;
                }
            }
        }

        return HttpError.None;
    }

    private static ConnectionOptions Find(ReadOnlySpan<byte> option) => option.Length switch
    {
        5 when Ascii.EqualsIgnoreCase(option, "close"u8) => ConnectionOptions.Close,
        7 when Ascii.EqualsIgnoreCase(option, "upgrade"u8) => ConnectionOptions.Upgrade,
        10 when Ascii.EqualsIgnoreCase(option, "keep-alive"u8) => ConnectionOptions.KeepAlive,
        _ => ConnectionOptions.None,
    };

    /// <summary>Marks the fields of a name. False for those that nobody may take out: the message would mean another one.</summary>
    private static bool TryMark(ReadOnlySpan<byte> bytes, Span<HeaderField> fields, ReadOnlySpan<byte> name)
    {
        if (KnownFields.Find(name) is KnownField.Host or KnownField.ContentLength or KnownField.TransferEncoding or KnownField.Expect)
        {
            return false;
        }

        foreach (ref var field in fields)
        {
            if (field.NameLength == name.Length && Ascii.EqualsIgnoreCase(bytes.Slice(field.Start, field.NameLength), name))
            {
                field.IsHopByHop = true;
            }
        }

        return true;
    }
}
