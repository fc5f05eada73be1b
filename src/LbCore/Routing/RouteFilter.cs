using System;
using System.Buffers.Binary;

namespace LbCore.Routing;

/// <summary>
/// The first eight bytes of a route's path and host. A table has those of all its routes side by side: most routes are told
/// apart from a request by two comparisons, without looking at the route itself.
/// </summary>
internal readonly struct RouteFilter
{
    private const int Bytes = sizeof(ulong);

    // Makes letters small. Other characters of hosts become others, equal ones equal ones.
    private const ulong Small = 0x2020_2020_2020_2020;

    private readonly ulong _path;
    private readonly ulong _pathMask;
    private readonly ulong _host;
    private readonly ulong _hostMask;

    public RouteFilter(RouteConditions conditions)
    {
        // Behind a prefix anything may follow; behind the end of a whole path or host nothing does, which no byte of them is.
        var length = conditions.IsExactPath ? Bytes : Math.Min(conditions.Path.Length, Bytes);
        _path = PathStart(conditions.Path);
        _pathMask = length == 0 ? 0 : ulong.MaxValue >> (8 * (Bytes - length));
        _host = HostStart(conditions.OnlyHost);
        _hostMask = conditions.OnlyHost.IsEmpty ? 0 : ulong.MaxValue;
    }

    public static ulong PathStart(ReadOnlySpan<byte> path) => StartOf(path);

    public static ulong HostStart(ReadOnlySpan<byte> host) => StartOf(host) | Small;

    /// <summary>Returns false when the route surely does not take a request.</summary>
    public bool MayTake(ulong pathStart, ulong hostStart) => (((pathStart ^ _path) & _pathMask) | ((hostStart ^ _host) & _hostMask)) == 0;

    private static ulong StartOf(ReadOnlySpan<byte> text)
    {
        if (text.Length >= Bytes)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(text);
        }

        ulong start = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            start = (start << 8) | text[i];
        }

        return start;
    }
}
