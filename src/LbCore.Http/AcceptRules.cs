using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Chooses what an error is written in by what a client accepts (RFC 9110 section 12.5.1).</summary>
internal static class AcceptRules
{
    // More than any client sends; what is beyond is not looked at.
    private const int MaxRanges = 64;
    private const int FullQuality = 1000;

    private enum Specificity
    {
        None,
        Any,
        Type,
        Whole,
    }

    /// <summary>
    /// Returns the format with the highest quality; among equals what is named rather than covered by a wildcard, and then
    /// what is named first. Plain text when all are the same, when none is accepted, and when nothing is said.
    /// </summary>
    /// <param name="head">A head, also one that is not whole.</param>
    public static AnswerFormat Choose(ReadOnlySpan<byte> head)
    {
        Span<Wish> wishes = stackalloc Wish[3];
        wishes.Clear();
        var lines = new FieldLines(head);
        var position = 0;
        while (lines.TryNext("accept"u8, out var value))
        {
            var ranges = new TokenList(value);
            while (position < MaxRanges && ranges.TryNext(out var range))
            {
                Apply(wishes, range, position++);
            }
        }

        var best = AnswerFormat.Plain;
        for (var format = AnswerFormat.Html; format <= AnswerFormat.Json; format++)
        {
            if (wishes[(int)format].IsBefore(wishes[(int)best]))
            {
                best = format;
            }
        }

        return best;
    }

    private static void Apply(Span<Wish> wishes, ReadOnlySpan<byte> range, int position)
    {
        var semicolon = range.IndexOf((byte)';');
        var type = (semicolon < 0 ? range : range[..semicolon]).Trim(" \t"u8);
        var quality = semicolon < 0 ? FullQuality : QualityOf(range[(semicolon + 1)..]);
        if (quality < 0)
        {
            return;
        }

        if (type.SequenceEqual("*/*"u8))
        {
            wishes[(int)AnswerFormat.Plain].Take(Specificity.Any, quality, position);
            wishes[(int)AnswerFormat.Html].Take(Specificity.Any, quality, position);
            wishes[(int)AnswerFormat.Json].Take(Specificity.Any, quality, position);
        }
        else if (Is(type, "text/*"u8))
        {
            wishes[(int)AnswerFormat.Plain].Take(Specificity.Type, quality, position);
            wishes[(int)AnswerFormat.Html].Take(Specificity.Type, quality, position);
        }
        else if (Is(type, "application/*"u8))
        {
            wishes[(int)AnswerFormat.Json].Take(Specificity.Type, quality, position);
        }
        else if (Is(type, "text/plain"u8))
        {
            wishes[(int)AnswerFormat.Plain].Take(Specificity.Whole, quality, position);
        }
        else if (Is(type, "text/html"u8))
        {
            wishes[(int)AnswerFormat.Html].Take(Specificity.Whole, quality, position);
        }
        else if (Is(type, "application/json"u8) || Is(type, "application/problem+json"u8))
        {
            wishes[(int)AnswerFormat.Json].Take(Specificity.Whole, quality, position);
        }
    }

    /// <summary>Returns the weight among a range's parameters in thousandths; -1 when it is none.</summary>
    private static int QualityOf(ReadOnlySpan<byte> parameters)
    {
        while (!parameters.IsEmpty)
        {
            var semicolon = parameters.IndexOf((byte)';');
            var parameter = (semicolon < 0 ? parameters : parameters[..semicolon]).Trim(" \t"u8);
            parameters = semicolon < 0 ? default : parameters[(semicolon + 1)..];
            if (parameter.Length > 2 && (parameter[0] | 0x20) == 'q' && parameter[1] == '=')
            {
                return ParseQuality(parameter[2..]);
            }
        }

        return FullQuality;
    }

    // RFC 9110 section 12.4.2: 0 or 1, and up to three digits behind a point.
    private static int ParseQuality(ReadOnlySpan<byte> text)
    {
        if (text.Length > 5 || text[0] is not ((byte)'0' or (byte)'1') || (text.Length > 1 && text[1] != '.'))
        {
            return -1;
        }

        var quality = (text[0] - '0') * FullQuality;
        var unit = FullQuality / 10;
        foreach (var digit in text[Math.Min(2, text.Length)..])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            quality += (digit - '0') * unit;
            unit /= 10;
        }

        return quality <= FullQuality ? quality : -1;
    }

    private static bool Is(ReadOnlySpan<byte> type, ReadOnlySpan<byte> wanted) => Ascii.EqualsIgnoreCase(type, wanted);

    private struct Wish
    {
        private Specificity _specificity;
        private int _quality;
        private int _position;

        /// <summary>Takes a range that covers the format: the most specific one counts.</summary>
        public void Take(Specificity specificity, int quality, int position)
        {
            if (specificity > _specificity)
            {
                (_specificity, _quality, _position) = (specificity, quality, position);
            }
        }

        public readonly bool IsBefore(in Wish other) =>
            _quality != other._quality ? _quality > other._quality
            : _quality > 0 && (_specificity != other._specificity ? _specificity > other._specificity : _position < other._position);
    }
}
