using System;

namespace LbCore.Http;

/// <summary>Says which fields may stand in trailers (RFC 9110 section 6.5.1), and whether they are announced.</summary>
internal static class TrailerRules
{
    // What frames, routes, authenticates, controls or modifies a message, or says what its content is: whoever merges
    // trailers into the head would take it for what the head did not say.
    private static readonly byte[][] Forbidden = Names(
        "age authorization cache-control connection content-encoding content-language content-length content-location content-range "
        + "content-type cookie date expect expires forwarded host http2-settings if-match if-modified-since if-none-match if-range "
        + "if-unmodified-since keep-alive location max-forwards pragma proxy-authenticate proxy-authorization proxy-connection range "
        + "retry-after set-cookie te trailer transfer-encoding upgrade vary via warning www-authenticate x-real-ip x-request-id");

    /// <summary>Takes the lines out that may not be trailers. Returns how many bytes are left, in place.</summary>
    /// <param name="lines">Lines that the scanner has checked, each with its CRLF.</param>
    /// <param name="filter">What else does not go on.</param>
    public static int Filter(Span<byte> lines, in TrailerFilter filter)
    {
        if (filter.All)
        {
            return 0;
        }

        var kept = 0;
        for (var rest = lines; !rest.IsEmpty;)
        {
            var line = rest[..(rest.IndexOf((byte)'\n') + 1)];
            rest = rest[line.Length..];
            var name = line[..line.IndexOf((byte)':')];
            if (!IsForbidden(name) && !filter.Takes(name))
            {
                line.CopyTo(lines[kept..]);
                kept += line.Length;
            }
        }

        return kept;
    }

    /// <summary>Lets the Trailer field go on, which stops otherwise, since what it announces goes on.</summary>
    public static void KeepAnnouncement(MessageHead head)
    {
        // It may be one of those that Connection names.
        if (!head.ConnectionNamesFields)
        {
            head.SetHopByHop(KnownField.Trailer, false);
        }
    }

    // Backends that turn names into variables read an underscore for a hyphen.
    private static bool IsForbidden(ReadOnlySpan<byte> name)
    {
        foreach (var forbidden in Forbidden)
        {
            if (name.Length == forbidden.Length && KnownFields.EqualsButForUnderscores(name, forbidden))
            {
                return true;
            }
        }

        return KnownFields.BeginsWithForwarded(name);
    }

    private static byte[][] Names(string names) => Array.ConvertAll(names.Split(' '), System.Text.Encoding.ASCII.GetBytes);
}
