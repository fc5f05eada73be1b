using System;
using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace LbCore.Transport.Epoll;

/// <summary>Keeps an accepted peer's address in 24 bytes; it becomes objects only when somebody asks.</summary>
internal readonly struct PeerAddress
{
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly uint _scope;
    private readonly ushort _port;
    private readonly ushort _family;

    public unsafe PeerAddress(byte* address, int length)
    {
        if (length < 16)
        {
            return;
        }

        var bytes = new ReadOnlySpan<byte>(address, length);
        _family = MemoryMarshal.Read<ushort>(bytes);
        _port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (_family == Libc.AF_INET)
        {
            _high = MemoryMarshal.Read<uint>(bytes[4..]);
        }
        else if (_family == Libc.AF_INET6 && length >= 28)
        {
            _high = MemoryMarshal.Read<ulong>(bytes[8..]);
            _low = MemoryMarshal.Read<ulong>(bytes[16..]);
            _scope = MemoryMarshal.Read<uint>(bytes[24..]);
        }
    }

    /// <summary>Gets the network as one number: see <see cref="TransportConnection.RemoteNetwork"/>.</summary>
    public ulong Network => _family is Libc.AF_INET or Libc.AF_INET6 ? NetworkNumber.Of(Address) : 0;

    /// <summary>Gets the address as one number: see <see cref="TransportConnection.RemoteAddress"/>.</summary>
    public UInt128 Address => _family switch
    {
        Libc.AF_INET => NetworkNumber.Mapped(InOrder((uint)_high)),
        Libc.AF_INET6 => new UInt128(InOrder(_high), InOrder(_low)),
        _ => 0,
    };

    public IPEndPoint? ToEndPoint()
    {
        switch (_family)
        {
            case Libc.AF_INET:
                return new IPEndPoint((long)(uint)_high, _port);
            case Libc.AF_INET6:
                Span<byte> bytes = stackalloc byte[16];
                MemoryMarshal.Write(bytes, in _high);
                MemoryMarshal.Write(bytes[8..], in _low);
                var address = new IPAddress(bytes, _scope);
                return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, _port);
            default:
                return null;
        }
    }

    // The fields hold the bytes in the order in which they came.
    private static uint InOrder(uint bytes) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(bytes) : bytes;

    private static ulong InOrder(ulong bytes) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(bytes) : bytes;
}
