using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Decides how a body is framed (RFC 9112 section 6.3), here and nowhere else.</summary>
internal static class FramingRules
{
    // 18 digits always fit into 63 bits.
    private const int MaxLengthDigits = 18;

    /// <summary>Decides for a request: it has a body when it says so.</summary>
    public static HttpError Decide(ReadOnlySpan<byte> bytes, RequestHead head, out BodyFraming framing) =>
        Read(bytes, head, out framing, out _);

    /// <summary>
    /// Decides for a response as far as its head alone tells. What answers HEAD has no body, whatever it says; that is the
    /// reader's to know.
    /// </summary>
    public static HttpError Decide(ReadOnlySpan<byte> bytes, ResponseHead head, out BodyFraming framing)
    {
        if (head.Status is (>= 100 and < 200) or 204)
        {
            // What it says of a body does not go on (RFC 9110 section 8.6).
            framing = BodyFraming.None;
            return HttpError.None;
        }

        var error = Read(bytes, head, out framing, out var isStated);
        if (head.Status == 304)
        {
            framing = BodyFraming.None;
        }
        else if (error == HttpError.None && !isStated)
        {
            framing = BodyFraming.UntilClose;
        }

        return error;
    }

    private static HttpError Read(ReadOnlySpan<byte> bytes, MessageHead head, out BodyFraming framing, out bool isStated)
    {
        framing = BodyFraming.None;
        if (!head.Present.Contains(KnownField.ContentLength) && !head.Present.Contains(KnownField.TransferEncoding))
        {
            isStated = false;
            return HttpError.None;
        }

        var length = -1;
        var coding = -1;
        var fields = head.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Known == KnownField.ContentLength)
            {
                if (length >= 0)
                {
                    isStated = false;
                    return HttpError.ContentLengthRepeated;
                }

                length = i;
            }
            else if (fields[i].Known == KnownField.TransferEncoding)
            {
                if (coding >= 0)
                {
                    isStated = false;
                    return HttpError.TransferEncoding;
                }

                coding = i;
            }
        }

        isStated = length >= 0 || coding >= 0;
        if (coding >= 0)
        {
            framing = BodyFraming.Chunked;
            return length >= 0 ? HttpError.LengthAndCoding : CheckCoding(MessageHead.ValueOf(bytes, in fields[coding]), head.IsHttp11);
        }

        if (length < 0)
        {
            return HttpError.None;
        }

        if (!TryParseLength(MessageHead.ValueOf(bytes, in fields[length]), out var count))
        {
            return HttpError.ContentLength;
        }

        framing = BodyFraming.OfLength(count);
        return HttpError.None;
    }

    private static HttpError CheckCoding(ReadOnlySpan<byte> coding, bool isHttp11)
    {
        if (!isHttp11)
        {
            return HttpError.TransferEncoding;
        }

        if (Ascii.EqualsIgnoreCase(coding, "chunked"u8))
        {
            return HttpError.None;
        }

        // A list with chunked in it is understood and not done; whatever is malformed is not understood.
        return coding.IsEmpty || coding.ContainsAnyExcept(Characters.Token) ? HttpError.TransferEncoding : HttpError.UnknownCoding;
    }

    private static bool TryParseLength(ReadOnlySpan<byte> digits, out long length)
    {
        length = 0;
        if (digits.IsEmpty || digits.Length > MaxLengthDigits)
        {
            return false;
        }

        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            length = (length * 10) + (digit - '0');
        }

        return true;
    }
}
