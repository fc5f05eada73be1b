using System;

namespace LbCore.Http;

/// <summary>Parses response heads (RFC 9112 sections 2 and 4).</summary>
internal static class ResponseParser
{
    private const int StatusStart = 9;
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';

    /// <summary>Parses a head, as <see cref="RequestParser.Parse"/> does.</summary>
    public static ParseStatus Parse(ReadOnlySpan<byte> bytes, ResponseHead head, in HeadLimits limits)
    {
        if (head.Error != HttpError.None)
        {
            return ParseStatus.Invalid;
        }

        var isFull = bytes.Length >= limits.MaxBytes;
        var visible = isFull ? bytes[..limits.MaxBytes] : bytes;
        var status = head.HasStartLine ? ParseStatus.Complete : ParseStatusLine(visible, head);
        if (status == ParseStatus.Complete)
        {
            status = FieldParser.ParseFields(visible, head, limits.MaxFields);
        }

        return status switch
        {
            ParseStatus.Complete => Finish(visible, head),
            ParseStatus.Incomplete when isFull => head.Refuse(HttpError.HeadTooLarge),
            _ => status,
        };
    }

    private static ParseStatus ParseStatusLine(ReadOnlySpan<byte> bytes, ResponseHead head)
    {
        // "HTTP/1.1 200" and one more byte: a space, or the end of a line without a reason.
        const int fixedLength = StatusStart + 4;
        if (bytes.Length < fixedLength)
        {
            // Whoever speaks something else may wait for us to go on.
            return IsBeginning(bytes) ? ParseStatus.Incomplete : head.Refuse(HttpError.StatusLine);
        }

        if (!bytes.StartsWith("HTTP/1."u8) || bytes[7] is not ((byte)'0' or (byte)'1') || bytes[8] != ' '
            || !TryParseStatus(bytes.Slice(StatusStart, 3), out var code) || bytes[12] is not ((byte)' ' or Cr))
        {
            return head.Refuse(HttpError.StatusLine);
        }

        var reason = bytes[12..];
        var length = reason.IndexOfAny(Characters.NotInValue);
        if (length < 0 || (reason[length] == Cr && length + 1 == reason.Length))
        {
            return ParseStatus.Incomplete;
        }

        if (reason[length] != Cr || reason[length + 1] != Lf)
        {
            return head.Refuse(reason[length] == Lf ? HttpError.BareLf : HttpError.StatusLine);
        }

        head.IsHttp11 = bytes[7] == '1';
        head.Status = code;
        head.StatusStart = StatusStart;
        head.StatusLineEnd = 12 + length + 2;
        head.Position = head.StatusLineEnd;
        head.HasStartLine = true;
        return ParseStatus.Complete;
    }

    private static bool IsBeginning(ReadOnlySpan<byte> bytes)
    {
        var version = "HTTP/1."u8;
        return version.StartsWith(bytes) || (bytes.StartsWith(version)
            && bytes[7] is (byte)'0' or (byte)'1'
            && (bytes.Length <= 8 || bytes[8] == ' ')
            && (bytes.Length <= StatusStart || bytes[StatusStart] is >= (byte)'1' and <= (byte)'9')
            && !bytes[Math.Min(bytes.Length, StatusStart)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));
    }

    private static bool TryParseStatus(ReadOnlySpan<byte> digits, out int status)
    {
        status = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            status = (status * 10) + (digit - '0');
        }

        return status >= 100;
    }

    private static ParseStatus Finish(ReadOnlySpan<byte> bytes, ResponseHead head)
    {
        var error = ConnectionRules.Apply(bytes, head);
        var framing = BodyFraming.None;
        if (error == HttpError.None)
        {
            error = FramingRules.Decide(bytes, head, out framing);
        }

        // What follows a 101 is a tunnel, so it must say to what, as a request must that asks for one.
        if (error == HttpError.None && head.Status == 101 && !(head.IsHttp11 && UpgradeRules.MayTunnel(bytes, head)))
        {
            error = HttpError.SwitchingProtocols;
        }

        return error == HttpError.None ? head.Finish(head.Position, framing) : head.Refuse(error);
    }
}
