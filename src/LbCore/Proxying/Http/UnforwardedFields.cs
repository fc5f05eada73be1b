using System;
using System.Text;
using LbCore.Http;

namespace LbCore.Proxying.Http;

/// <summary>The fields of a request that its record shows and that do not go on, since the client's Connection names them.</summary>
internal static class UnforwardedFields
{
    /// <summary>Returns how many bytes their lines have.</summary>
    public static int LengthOf(ReadOnlySpan<byte> bytes, RequestHead head)
    {
        var length = 0;
        if (head.ConnectionNamesFields)
        {
            foreach (ref readonly var field in head.Fields)
            {
                length += IsOne(bytes, in field) ? field.End - field.Start : 0;
            }
        }

        return length;
    }

    /// <summary>Copies their lines to a place that has <see cref="LengthOf"/> bytes.</summary>
    public static void Copy(ReadOnlySpan<byte> bytes, RequestHead head, Span<byte> target)
    {
        if (target.IsEmpty)
        {
            return;
        }

        foreach (ref readonly var field in head.Fields)
        {
            if (IsOne(bytes, in field))
            {
                bytes[field.Start..field.End].CopyTo(target);
                target = target[(field.End - field.Start)..];
            }
        }
    }

    private static bool IsOne(ReadOnlySpan<byte> bytes, in HeaderField field)
    {
        if (!field.IsHopByHop || field.Known != KnownField.None)
        {
            return false;
        }

        var name = bytes.Slice(field.Start, field.NameLength);
        return Ascii.EqualsIgnoreCase(name, "referer"u8) || Ascii.EqualsIgnoreCase(name, "user-agent"u8);
    }
}
