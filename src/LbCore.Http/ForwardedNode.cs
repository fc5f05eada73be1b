using System;

namespace LbCore.Http;

/// <summary>Reads who a forwarding field names: an address, IPv6 also in brackets, with or without a port (RFC 7239 section 6).</summary>
internal static class ForwardedNode
{
    /// <summary>Reads an address. False for anything else, such as <c>unknown</c> or a name that hides it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = default;
        if (text is [(byte)'[', ..])
        {
            var end = text.IndexOf((byte)']');
            return end > 0 && IsPort(text[(end + 1)..]) && MappedAddress.TryParseV6(text[1..end], out address);
        }

        // One colon is before a port, and several are those of an address.
        var colon = text.IndexOf((byte)':');
        return colon < 0 || text[(colon + 1)..].Contains((byte)':')
            ? MappedAddress.TryParse(text, out address)
            : IsPort(text[colon..]) && MappedAddress.TryParse(text[..colon], out address);
    }

    // A port may be hidden where the address is not.
    private static bool IsPort(ReadOnlySpan<byte> text) =>
        HostRules.IsPort(text) || (text is [(byte)':', (byte)'_', .. var name] && !name.IsEmpty && !name.ContainsAnyExcept(Characters.HiddenName));
}
