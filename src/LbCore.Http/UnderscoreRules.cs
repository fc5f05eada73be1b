using System;

namespace LbCore.Http;

/// <summary>Judges the names of a request's fields, which the standard allows underscores in (RFC 9110 section 5.6.2).</summary>
internal static class UnderscoreRules
{
    /// <summary>Applies a rule to a head that is complete otherwise.</summary>
    public static ParseStatus Apply(ReadOnlySpan<byte> bytes, RequestHead head, UnderscoreRule rule)
    {
        if (rule == UnderscoreRule.Keep)
        {
            return ParseStatus.Complete;
        }

        foreach (ref var field in head.MutableFields)
        {
            if (!bytes.Slice(field.Start, field.NameLength).Contains((byte)'_'))
            {
                continue;
            }

            if (rule == UnderscoreRule.Reject)
            {
                return head.Refuse(HttpError.UnderscoreInName);
            }

            field.IsHopByHop = true;
        }

        return ParseStatus.Complete;
    }
}
