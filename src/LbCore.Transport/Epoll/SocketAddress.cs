using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace LbCore.Transport.Epoll;

/// <summary>Is the kernel's form of an address, at most 28 bytes for IP and 110 for a unix path.</summary>
internal unsafe struct SocketAddress
{
    public const int MaxLength = 128;

    private fixed byte _bytes[MaxLength];

    public int Length { get; private set; }

    public int Family { get; private set; }

    public static SocketAddress From(EndPoint endPoint)
    {
        var result = default(SocketAddress);
        var bytes = new Span<byte>(result._bytes, MaxLength);
        switch (endPoint)
        {
            case IPEndPoint { AddressFamily: AddressFamily.InterNetwork } ip:
                result.Family = Libc.AF_INET;
                result.Length = 16;
                BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)ip.Port);
                ip.Address.TryWriteBytes(bytes[4..], out _);
                break;
            case IPEndPoint ip:
                result.Family = Libc.AF_INET6;
                result.Length = 28;
                BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)ip.Port);
                ip.Address.TryWriteBytes(bytes[8..], out _);
                var scope = (uint)ip.Address.ScopeId;
                MemoryMarshal.Write(bytes[24..], in scope);
                break;
            case UnixDomainSocketEndPoint unix:
                result.Family = Libc.AF_UNIX;
                var path = Encoding.UTF8.GetBytes(unix.ToString());
                path.CopyTo(bytes[2..]);
                result.Length = 2 + path.Length + 1;
                break;
            default:
                throw new ArgumentException($"Only IP and unix addresses can be used, not {endPoint.GetType().Name}.", nameof(endPoint));
        }

        var family = (ushort)result.Family;
        MemoryMarshal.Write(bytes, in family);
        return result;
    }

    public static EndPoint? ToEndPoint(byte* address, int length)
    {
        if (length < 2)
        {
            return null;
        }

        var bytes = new ReadOnlySpan<byte>(address, length);
        switch (MemoryMarshal.Read<ushort>(bytes))
        {
            case Libc.AF_INET when length >= 16:
                return new IPEndPoint(new IPAddress(bytes.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
            case Libc.AF_INET6 when length >= 28:
                var v6 = new IPAddress(bytes.Slice(8, 16), MemoryMarshal.Read<uint>(bytes[24..]));
                return new IPEndPoint(v6.IsIPv4MappedToIPv6 ? v6.MapToIPv4() : v6, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
            case Libc.AF_UNIX when length > 2 && bytes[2] != 0:
                var path = bytes[2..];
                var end = path.IndexOf((byte)0);
                return new UnixDomainSocketEndPoint(Encoding.UTF8.GetString(end < 0 ? path : path[..end]));
            default:
                return null;
        }
    }

    public int Bind(int descriptor)
    {
        fixed (byte* bytes = _bytes)
        {
            return Libc.Bind(descriptor, bytes, Length);
        }
    }

    public int Connect(int descriptor)
    {
        fixed (byte* bytes = _bytes)
        {
            return Libc.Connect(descriptor, bytes, Length);
        }
    }
}
