using System;

namespace LbCore.Http;

/// <summary>Parses response heads (RFC 9112 sections 2 and 4).</summary>
internal static class ResponseParser
{
    private const int StatusStart = 9;
    private const int CodeEnd = StatusStart + 3;
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
        // What is wrong is so however much of it is there: whoever speaks something else may wait for us to go on.
        if (!IsBeginning(bytes[..Math.Min(bytes.Length, CodeEnd)]))
        {
            return head.Refuse(HttpError.StatusLine);
        }

        if (bytes.Length <= CodeEnd)
        {
            return ParseStatus.Incomplete;
        }

        // A space, or the end of a line without a reason.
        if (bytes[CodeEnd] is not ((byte)' ' or Cr))
        {
            return head.Refuse(HttpError.StatusLine);
        }

        var reason = bytes[CodeEnd..];
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
        head.Status = ((bytes[StatusStart] - '0') * 100) + ((bytes[StatusStart + 1] - '0') * 10) + bytes[StatusStart + 2] - '0';
        head.StatusStart = StatusStart;
        head.StatusLineEnd = CodeEnd + length + 2;
        head.Position = head.StatusLineEnd;
        head.HasStartLine = true;
        return ParseStatus.Complete;
    }

    /// <summary>Returns whether bytes are "HTTP/1.1 200", or one of its kind, as far as they go.</summary>
    private static bool IsBeginning(ReadOnlySpan<byte> bytes)
    {
        var version = "HTTP/1."u8;
        return version.StartsWith(bytes) || (bytes.StartsWith(version)
            && bytes[7] is (byte)'0' or (byte)'1'
            && (bytes.Length <= 8 || bytes[8] == ' ')
            && (bytes.Length <= StatusStart || bytes[StatusStart] is >= (byte)'1' and <= (byte)'9')
            && !bytes[Math.Min(bytes.Length, StatusStart)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));
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
