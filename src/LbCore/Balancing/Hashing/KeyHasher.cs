using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>Makes one number of what a strategy chooses by: of an address the part that counts, of other keys what the data plane hashed.</summary>
internal sealed class KeyHasher
{
    private const int Ipv4Bits = 32;
    private const int AddressBits = 128;
    private const ulong MappedIpv4 = 0xFFFF;

    private readonly SelectionKey _key;
    private readonly int _ipv4Prefix;
    private readonly int _ipv6Prefix;
    private readonly bool _isAddress;
    private readonly ulong _ipv4Mask;
    private readonly ulong _ipv6UpperMask;
    private readonly ulong _ipv6LowerMask;

    public KeyHasher(SelectionKey key, int ipv4Prefix, int ipv6Prefix)
    {
        _key = key;
        _ipv4Prefix = ipv4Prefix;
        _ipv6Prefix = ipv6Prefix;
        _isAddress = key.Kind == SelectionKeyKind.ClientAddress;
        _ipv4Mask = ulong.MaxValue << (Ipv4Bits - ipv4Prefix);
        var mask = UInt128.MaxValue << (AddressBits - ipv6Prefix);
        _ipv6UpperMask = (ulong)(mask >> 64);
        _ipv6LowerMask = (ulong)mask;
    }

    /// <summary>Returns whether there is a key, and its hash: the same in every process and on every machine.</summary>
    public bool TryHash(in SelectionContext context, out ulong hash)
    {
        if (!_isAddress)
        {
            hash = context.KeyHash;
            return context.HasKey;
        }

        var address = context.ClientAddress;
        var upper = (ulong)(address >> 64);
        var lower = (ulong)address;
        if ((upper | lower) == 0)
        {
            hash = 0;
            return false;
        }

        if (IsIpv4(upper, lower))
        {
            lower &= _ipv4Mask;
        }
        else
        {
            upper &= _ipv6UpperMask;
            lower &= _ipv6LowerMask;
        }

        hash = StableHash.Mix(StableHash.Mix(0, upper), lower);
        return true;
    }

    /// <summary>Returns what the hash was made of, for people to read.</summary>
    public string Describe(in SelectionContext context)
    {
        if (!_isAddress)
        {
            return $"key {_key}";
        }

        var address = context.ClientAddress;
        var prefix = IsIpv4((ulong)(address >> 64), (ulong)address) ? _ipv4Prefix : _ipv6Prefix;
        return string.Create(CultureInfo.InvariantCulture, $"client address {ToText(address)}/{prefix}");
    }

    /// <summary>Returns the sentence about a connection or request without the key.</summary>
    public string DescribeMissing() => _isAddress ? "the client has no address" : $"the request has no {_key}";

    /// <summary>Returns an address as people write it.</summary>
    public static IPAddress ToText(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        var full = new IPAddress(bytes);
        return full.IsIPv4MappedToIPv6 ? full.MapToIPv4() : full;
    }

    private static bool IsIpv4(ulong upper, ulong lower) => upper == 0 && lower >> Ipv4Bits == MappedIpv4;
}
