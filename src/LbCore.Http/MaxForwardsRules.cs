using System;

namespace LbCore.Http;

/// <summary>Counts Max-Forwards of TRACE and OPTIONS down (RFC 9110 section 7.6.2). With other methods it means nothing.</summary>
internal static class MaxForwardsRules
{
    // More than there are proxies in any row; larger numbers become this one.
    private const int Most = 999_999_999;

    public static HttpError Apply(ReadOnlySpan<byte> bytes, RequestHead head)
    {
        if (head.Method is not (HttpMethod.Trace or HttpMethod.Options))
        {
            return HttpError.None;
        }

        foreach (ref var field in head.MutableFields)
        {
            if (field.Known != KnownField.MaxForwards || field.IsHopByHop)
            {
                // Connection may name it, and then it stops here.
                continue;
            }

            if (head.MaxForwards >= 0 || !TryParse(MessageHead.ValueOf(bytes, in field), out var left))
            {
                return HttpError.MaxForwards;
            }

            // The next recipient gets a number of ours instead.
            field.IsHopByHop = true;
            head.MaxForwards = left;
        }

        return head.MaxForwards == 0 ? HttpError.NoForwardsLeft : HttpError.None;
    }

    private static bool TryParse(ReadOnlySpan<byte> digits, out int left)
    {
        left = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            left = (int)Math.Min((left * 10L) + (digit - '0'), Most);
        }

        return !digits.IsEmpty;
    }
}
