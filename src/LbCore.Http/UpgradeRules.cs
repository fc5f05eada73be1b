using System;
using System.Text;

namespace LbCore.Http;

/// <summary>Judges a wish for another protocol on the same connection (RFC 9110 section 7.8).</summary>
internal static class UpgradeRules
{
    /// <summary>
    /// Returns whether the head asks for a change to a protocol that may be tunnelled. HTTP/2 and its drafts may not:
    /// requests in such a tunnel would pass by everything that looks at requests here. Nor may what is no protocol's name,
    /// which a lenient backend might take for one. It is then a request like any other, as the standard lets a server
    /// ignore the wish.
    /// </summary>
    public static bool MayTunnel(ReadOnlySpan<byte> bytes, MessageHead head)
    {
        if ((head.Connection & ConnectionOptions.Upgrade) == 0)
        {
            return false;
        }

        var wishes = 0;
        foreach (ref readonly var field in head.Fields)
        {
            if (field.Known == KnownField.Http2Settings)
            {
                return false;
            }

            if (field.Known != KnownField.Upgrade)
            {
                continue;
            }

            var list = new TokenList(MessageHead.ValueOf(bytes, in field));
            while (list.TryNext(out var protocol))
            {
                if (protocol.ContainsAnyExcept(Characters.Protocol) || StartsWith(protocol, "h2"u8) || StartsWith(protocol, "http"u8))
                {
                    return false;
                }

                wishes++;
            }
        }

        return wishes > 0;
    }

    /// <summary>Returns whether a response that changes the protocol changes it to what the request asked for, and to nothing else.</summary>
    /// <param name="request">The request's head as <see cref="HeadWriter"/> wrote it: it has no Upgrade but the wish.</param>
    public static bool IsAsked(ReadOnlySpan<byte> request, ReadOnlySpan<byte> bytes, ResponseHead head)
    {
        foreach (ref readonly var field in head.Fields)
        {
            if (field.Known != KnownField.Upgrade)
            {
                continue;
            }

            var list = new TokenList(MessageHead.ValueOf(bytes, in field));
            while (list.TryNext(out var protocol))
            {
                if (!Asks(request, protocol))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool Asks(ReadOnlySpan<byte> request, ReadOnlySpan<byte> protocol)
    {
        var lines = new FieldLines(request);
        while (lines.TryNext("upgrade"u8, out var wishes))
        {
            var list = new TokenList(wishes);
            while (list.TryNext(out var wish))
            {
                if (Ascii.EqualsIgnoreCase(wish, protocol))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool StartsWith(ReadOnlySpan<byte> protocol, ReadOnlySpan<byte> name) =>
        protocol.Length >= name.Length && Ascii.EqualsIgnoreCase(protocol[..name.Length], name);
}
