using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LbCore.Http;

/// <summary>
/// IP addresses as 128 bits, the first byte the highest, an IPv4 address as the IPv6 one that stands for it (RFC 4291
/// section 2.5.5.2): so an address is one, however it came.
/// </summary>
internal static class MappedAddress
{
    private const int Groups = 8;
    private const int GroupBits = 16;
    private const int V4Bits = 32;
    private const uint MappedPrefix = 0xFFFF;

    /// <summary>Reads an address as it is written: four decimal bytes, or IPv6 by RFC 3986 section 3.2.2. No brackets, no zone, no other ways.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 address)
    {
        if (text.Contains((byte)':'))
        {
            return TryParseV6(text, out address);
        }

        var isV4 = TryParseV4(text, out var bits);
        address = isV4 ? FromV4(bits) : default;
        return isV4;
    }

    public static UInt128 From(IPAddress address)
    {
        const int length = 16;
        Span<byte> bytes = stackalloc byte[length];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public static UInt128 FromV4(uint bits) => ((UInt128)MappedPrefix << V4Bits) | bits;

    /// <summary>Returns whether an address is IPv4, whose bits are the lowest 32.</summary>
    public static bool IsV4(UInt128 address) => address >> V4Bits == MappedPrefix;

    public static bool TryParseV6(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = default;
        UInt128 bits = default;
        var (groups, gap, at) = (0, -1, 0);
        if (text.StartsWith("::"u8))
        {
            (gap, at) = (0, 2);
        }

        // At the end only if two colons were there just now: behind a single one there is a group.
        while (at < text.Length || gap != groups)
        {
            var length = ReadGroup(text[at..], out var group);
            if (length == 0)
            {
                return false;
            }

            if (at + length < text.Length && text[at + length] == '.')
            {
                if (groups > Groups - 2 || !TryParseV4(text[at..], out var last))
                {
                    return false;
                }

                bits = (bits << V4Bits) | last;
                groups += 2;
                break;
            }

            if (groups++ == Groups)
            {
                return false;
            }

            bits = (bits << GroupBits) | group;
            at += length;
            if (at == text.Length)
            {
                break;
            }

            if (text[at++] != ':')
            {
                return false;
            }

            if (at < text.Length && text[at] == ':')
            {
                if (gap >= 0)
                {
                    return false;
                }

                gap = groups;
                at++;
            }
        }

        if (gap < 0 ? groups != Groups : groups == Groups)
        {
            return false;
        }

        address = gap < 0 ? bits : Spread(bits, gap, groups - gap);
        return true;
    }

    /// <summary>Puts zeros where the two colons were.</summary>
    private static UInt128 Spread(UInt128 bits, int before, int behind)
    {
        var low = bits & ((UInt128.One << (behind * GroupBits)) - 1);
        return before == 0 ? low : ((bits >> (behind * GroupBits)) << ((Groups - before) * GroupBits)) | low;
    }

    private static int ReadGroup(ReadOnlySpan<byte> text, out uint group)
    {
        const int most = 4;
        group = 0;
        var length = 0;
        while (length < text.Length && Characters.HexValue(text[length]) is >= 0 and var digit)
        {
            if (length++ == most)
            {
                return 0;
            }

            group = (group << 4) | (uint)digit;
        }

        return length;
    }

    private static bool TryParseV4(ReadOnlySpan<byte> text, out uint bits)
    {
        const int octets = 4;
        bits = 0;
        for (var octet = 0; octet < octets; octet++)
        {
            var length = ReadOctet(text, out var value);
            if (length == 0)
            {
                return false;
            }

            bits = (bits << 8) | value;
            text = text[length..];
            if (octet < octets - 1)
            {
                if (text.IsEmpty || text[0] != '.')
                {
                    return false;
                }

                text = text[1..];
            }
        }

        return text.IsEmpty;
    }

    private static int ReadOctet(ReadOnlySpan<byte> text, out uint value)
    {
        const int most = 3;
        value = 0;
        var length = 0;
        while (length < text.Length && length < most && text[length] is >= (byte)'0' and <= (byte)'9')
        {
            value = (value * 10) + text[length++] - '0';
        }

        // Zeros in front mean octal to some.
        return value > byte.MaxValue || (length > 1 && text[0] == '0') ? 0 : length;
    }
}
