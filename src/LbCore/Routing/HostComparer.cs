using System;
using System.Collections.Generic;
using System.Numerics;
using System.Text;

namespace LbCore.Routing;

/// <summary>Compares hosts without case, whether they are kept or lie in a request.</summary>
internal sealed class HostComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    // Makes letters small. Other characters of hosts become others, equal ones equal ones.
    private const ulong Small = 0x2020_2020_2020_2020;

    // An odd number without a pattern. Who sends requests chooses no host that is kept, so it need not be a secret.
    private const ulong Factor = 0x9E37_79B9_7F4A_7C15;

    public bool Equals(byte[]? x, byte[]? y) => Ascii.EqualsIgnoreCase(x, y);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => Ascii.EqualsIgnoreCase(alternate, other);

    public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = (ulong)alternate.Length;
        while (!alternate.IsEmpty)
        {
            hash = BitOperations.RotateLeft((hash ^ (RouteFilter.StartOf(alternate) | Small)) * Factor, 32);
            alternate = alternate[Math.Min(sizeof(ulong), alternate.Length)..];
        }

        return (int)hash;
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
