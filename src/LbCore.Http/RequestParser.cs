using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Parses request heads (RFC 9112 sections 2 and 3).</summary>
internal static class RequestParser
{
    private const int MaxMethodLength = 64;
    private const int VersionLength = 8;
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';

    /// <summary>
    /// Parses a head from the first byte of <paramref name="bytes"/>. After <see cref="ParseStatus.Incomplete"/> it is called
    /// again with the same bytes and more behind them, and goes on where it was; the result does not depend on how the
    /// bytes were split.
    /// </summary>
    /// <param name="bytes">The bytes received so far. They may lie elsewhere each time.</param>
    /// <param name="head">A head that was reset before its first byte.</param>
    /// <param name="limits">The limits; the bytes beyond them are not looked at.</param>
    public static ParseStatus Parse(ReadOnlySpan<byte> bytes, RequestHead head, in HeadLimits limits)
    {
        if (head.Error != HttpError.None)
        {
            return ParseStatus.Invalid;
        }

        var isFull = bytes.Length >= limits.MaxBytes;
        var visible = isFull ? bytes[..limits.MaxBytes] : bytes;
        if (!head.HasStartLine)
        {
            var status = ParseRequestLine(visible, head, limits.MaxTargetBytes);
            if (status != ParseStatus.Complete)
            {
                return status == ParseStatus.Incomplete && isFull ? head.Refuse(HttpError.TargetTooLong) : status;
            }
        }

        var fields = FieldParser.ParseFields(visible, head, limits.MaxFields);
        return fields switch
        {
            ParseStatus.Complete => Finish(visible, head),
            ParseStatus.Incomplete when isFull => head.Refuse(HttpError.HeadTooLarge),
            _ => fields,
        };
    }

    private static ParseStatus ParseRequestLine(ReadOnlySpan<byte> bytes, RequestHead head, int maxTarget)
    {
        // An empty line before the request is skipped (RFC 9112 section 2.2): some clients send one behind a body.
        var start = 0;
        if (!bytes.IsEmpty && bytes[0] == Cr)
        {
            if (bytes.Length < 2)
            {
                return ParseStatus.Incomplete;
            }

            if (bytes[1] != Lf)
            {
                return head.Refuse(HttpError.RequestLine);
            }

            start = 2;
        }

        var line = bytes[start..];
        var methodLength = line.IndexOfAnyExcept(Characters.Token);
        if (methodLength > MaxMethodLength || (methodLength < 0 && line.Length > MaxMethodLength))
        {
            return head.Refuse(HttpError.Method);
        }

        if (methodLength < 0)
        {
            return ParseStatus.Incomplete;
        }

        if (methodLength == 0 || line[methodLength] != ' ')
        {
            return head.Refuse(line[methodLength] is Cr or Lf ? HttpError.RequestLine : HttpError.Method);
        }

        var target = line[(methodLength + 1)..];
        var isLong = target.Length > maxTarget;

        // Not a byte further than the limit: what lies beyond must not matter, as it may not be there yet.
        var targetLength = (isLong ? target[..(maxTarget + 1)] : target).IndexOfAny(Characters.NotInTarget);
        if (targetLength < 0)
        {
            return isLong ? head.Refuse(HttpError.TargetTooLong) : ParseStatus.Incomplete;
        }

        if (targetLength == 0 || target[targetLength] != ' ')
        {
            return head.Refuse(target[targetLength] is Cr or Lf or (byte)' ' ? HttpError.RequestLine : HttpError.Target);
        }

        head.MethodStart = start;
        head.MethodLength = methodLength;
        head.TargetStart = start + methodLength + 1;
        head.TargetLength = targetLength;
        head.Method = HttpMethods.Find(line[..methodLength]);
        return ParseVersion(target[(targetLength + 1)..], head);
    }

    private static ParseStatus ParseVersion(ReadOnlySpan<byte> version, RequestHead head)
    {
        // Shorter than any version, so there is nothing to wait for.
        if (version[..Math.Min(version.Length, VersionLength)].ContainsAny(Cr, Lf))
        {
            return head.Refuse(HttpError.RequestLine);
        }

        if (version.Length < VersionLength + 2)
        {
            return ParseStatus.Incomplete;
        }

        if (version[VersionLength] != Cr || version[VersionLength + 1] != Lf)
        {
            return head.Refuse(version[VersionLength] == Lf ? HttpError.BareLf : HttpError.RequestLine);
        }

        if (version[..VersionLength].SequenceEqual("HTTP/1.1"u8))
        {
            head.IsHttp11 = true;
        }
        else if (!version[..VersionLength].SequenceEqual("HTTP/1.0"u8))
        {
            return head.Refuse(IsVersion(version[..VersionLength]) ? HttpError.Version : HttpError.RequestLine);
        }

        head.Position = head.TargetStart + head.TargetLength + 1 + VersionLength + 2;
        head.HasStartLine = true;
        return ParseStatus.Complete;
    }

    private static bool IsVersion(ReadOnlySpan<byte> text) =>
        text.StartsWith("HTTP/"u8) && char.IsAsciiDigit((char)text[5]) && text[6] == '.' && char.IsAsciiDigit((char)text[7]);

    /// <summary>Judges the head as a whole, once all of it is there.</summary>
    private static ParseStatus Finish(ReadOnlySpan<byte> bytes, RequestHead head)
    {
        var error = TargetRules.Check(bytes, head);
        if (error == HttpError.None)
        {
            error = ConnectionRules.Apply(bytes, head);
        }

        var framing = BodyFraming.None;
        if (error == HttpError.None)
        {
            error = FramingRules.Decide(bytes, head, out framing);
        }

        if (error == HttpError.None)
        {
            error = HostRules.Check(bytes, head);
        }

        if (error == HttpError.None)
        {
            error = MaxForwardsRules.Apply(bytes, head);
        }

        if (error != HttpError.None)
        {
            return head.Refuse(error);
        }

        if (!head.IsHttp11)
        {
            // It has none (RFC 9110 section 10.1.1), and the backend, which gets HTTP/1.1, would answer one.
            head.SetHopByHop(KnownField.Expect, true);
        }

        head.ExpectsContinue = head.IsHttp11 && Lists(bytes, head, KnownField.Expect, "100-continue"u8);
        head.AcceptsTrailers = head.IsHttp11 && Lists(bytes, head, KnownField.Te, "trailers"u8);
        if (framing.Kind == BodyKind.Chunked)
        {
            TrailerRules.KeepAnnouncement(head);
        }

        head.WantsUpgrade = head.IsHttp11 && framing.IsEmpty && UpgradeRules.MayTunnel(bytes, head);
        return head.Finish(head.Position, framing);
    }

    // Any member of any field: one that waits unnoticed sends its next request where its body was to come.
    private static bool Lists(ReadOnlySpan<byte> bytes, RequestHead head, KnownField known, ReadOnlySpan<byte> wanted)
    {
        if (!head.Present.Contains(known))
        {
            return false;
        }

        foreach (ref readonly var field in head.Fields)
        {
            if (field.Known != known)
            {
                continue;
            }

            var list = new TokenList(MessageHead.ValueOf(bytes, in field));
            while (list.TryNext(out var member))
            {
                if (Ascii.EqualsIgnoreCase(member, wanted))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
