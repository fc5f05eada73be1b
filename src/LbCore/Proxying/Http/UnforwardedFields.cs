using System;
using System.Text;
using LbCore.Http;

namespace LbCore.Proxying.Http;

/// <summary>The fields of a request that its record shows and that do not go on: the client's Connection names them, or the route changes them.</summary>
internal static class UnforwardedFields
{
    /// <summary>Returns how many bytes their lines have.</summary>
    public static int LengthOf(ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits)
    {
        var length = 0;
        if (head.ConnectionNamesFields || edits.Fields is not null || !edits.Host.IsEmpty)
        {
            foreach (ref readonly var field in head.Fields)
            {
                length += IsOne(bytes, in field, in edits) ? field.End - field.Start : 0;
            }
        }

        return length;
    }

    /// <summary>Copies their lines to a place that has <see cref="LengthOf"/> bytes.</summary>
    public static void Copy(ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits, Span<byte> target)
    {
        if (target.IsEmpty)
        {
            return;
        }

        foreach (ref readonly var field in head.Fields)
        {
            if (IsOne(bytes, in field, in edits))
            {
                bytes[field.Start..field.End].CopyTo(target);
                target = target[(field.End - field.Start)..];
            }
        }
    }

    private static bool IsOne(ReadOnlySpan<byte> bytes, in HeaderField field, in RequestEdits edits)
    {
        if (field.Known != KnownField.None)
        {
            return field.Known == KnownField.Host && !edits.Host.IsEmpty;
        }

        var name = bytes.Slice(field.Start, field.NameLength);
        return (field.IsHopByHop || (edits.Fields is not null && edits.Fields.Dropped.Contains(name)))
            && (Ascii.EqualsIgnoreCase(name, "referer"u8) || Ascii.EqualsIgnoreCase(name, "user-agent"u8));
    }
}
