using System;
using System.Buffers.Binary;
using System.Net;

namespace LbCore.Transport;

/// <summary>Makes one number of the network that an address belongs to: see <see cref="TransportConnection.RemoteNetwork"/>.</summary>
internal static class NetworkNumber
{
    // IPv6 addresses that begin so are reserved, so no network has the number of an IPv4 address.
    private const ulong Ipv4 = 0x0000_FFFF_0000_0000;

    // The IPv6 loopback's first half is 0, which means none.
    private const ulong Zero = 1;

    public static ulong Of(IPAddress address) => Of(AddressOf(address));

    /// <summary>Returns the number of the network of a whole address.</summary>
    public static ulong Of(UInt128 address) => OfIpv6((ulong)(address >> 64), (ulong)address);

    /// <summary>Returns the whole address: see <see cref="TransportConnection.RemoteAddress"/>.</summary>
    public static UInt128 AddressOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? Mapped(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Returns an IPv4 address in IPv6's form (RFC 4291 section 2.5.5.2).</summary>
    public static UInt128 Mapped(uint ipv4) => new(0, 0xFFFF_0000_0000 | (ulong)ipv4);

    // An IPv4 address is in IPv6's form here.
    private static ulong OfIpv6(ulong high, ulong low) =>
        high == 0 && low >> 32 == 0xFFFF ? Ipv4 | (uint)low
        : high == 0 ? Zero
        : high;
}
