using System;

namespace LbCore.Http;

/// <summary>Parses the field lines of heads, requests and responses alike (RFC 9112 section 5).</summary>
/// <remarks>
/// What is wrong is told by the first byte that is wrong, whatever comes behind it, so the answer does not depend on how
/// the bytes were split.
/// </remarks>
internal static class FieldParser
{
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';

    /// <summary>Parses field lines from <see cref="MessageHead.Position"/> on, to the empty line.</summary>
    /// <returns><see cref="ParseStatus.Complete"/> when the empty line was met; the position is behind it.</returns>
    public static ParseStatus ParseFields(ReadOnlySpan<byte> bytes, MessageHead head, int maxFields)
    {
        while (true)
        {
            var line = bytes[head.Position..];
            if (line.IsEmpty)
            {
                return ParseStatus.Incomplete;
            }

            if (line[0] == Cr)
            {
                return ParseEmptyLine(line, head);
            }

            var nameLength = line.IndexOfAnyExcept(Characters.Token);
            if (nameLength < 0)
            {
                return ParseStatus.Incomplete;
            }

            if (line[nameLength] != ':' || nameLength == 0)
            {
                return head.Refuse(WhyNoName(line, nameLength));
            }

            var value = line[(nameLength + 1)..];
            var valueEnd = value.IndexOfAny(Characters.NotInValue);
            if (valueEnd < 0 || (value[valueEnd] == Cr && valueEnd + 1 == value.Length))
            {
                return ParseStatus.Incomplete;
            }

            if (value[valueEnd] != Cr || value[valueEnd + 1] != Lf)
            {
                return head.Refuse(WhyNoValue(value[valueEnd]));
            }

            if (head.FieldCount >= maxFields)
            {
                return head.Refuse(HttpError.TooManyFields);
            }

            Add(head, line, nameLength, value[..valueEnd]);
        }
    }

    private static ParseStatus ParseEmptyLine(ReadOnlySpan<byte> line, MessageHead head)
    {
        if (line.Length < 2)
        {
            return ParseStatus.Incomplete;
        }

        if (line[1] != Lf)
        {
            return head.Refuse(HttpError.BareCr);
        }

        head.Position += 2;
        return ParseStatus.Complete;
    }

    private static void Add(MessageHead head, ReadOnlySpan<byte> line, int nameLength, ReadOnlySpan<byte> value)
    {
        var known = KnownFields.Find(line[..nameLength]);
        ref var field = ref head.AddField(known);
        var trimmed = OptionalSpace.TrimStart(value);
        field.Start = head.Position;
        field.NameLength = nameLength;
        field.ValueStart = head.Position + nameLength + 1 + value.Length - trimmed.Length;
        field.ValueLength = OptionalSpace.TrimEnd(trimmed).Length;
        field.End = head.Position + nameLength + 1 + value.Length + 2;
        field.Known = known;
        field.IsHopByHop = KnownFields.IsHopByHop(known);
        head.Position = field.End;
    }

    private static HttpError WhyNoName(ReadOnlySpan<byte> line, int nameLength) => line[nameLength] switch
    {
        (byte)' ' or (byte)'\t' => nameLength == 0 ? HttpError.Fold : HttpError.SpaceBeforeColon,
        Lf => HttpError.BareLf,
        _ => HttpError.FieldName,
    };

    private static HttpError WhyNoValue(byte found) => found switch
    {
        Lf => HttpError.BareLf,
        Cr => HttpError.BareCr,
        _ => HttpError.FieldValue,
    };
}
