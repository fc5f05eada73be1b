using System;
using System.Buffers.Binary;

namespace LbCore.Routing;

/// <summary>
/// The first eight bytes of a route's path. A group has those of all its routes side by side: most routes are told apart from
/// a request by one comparison, without looking at the route itself.
/// </summary>
internal readonly struct RouteFilter
{
    private const int Bytes = sizeof(ulong);

    private readonly ulong _path;
    private readonly ulong _mask;

    public RouteFilter(RouteConditions conditions)
    {
        // Behind a prefix anything may follow; behind the end of a whole path nothing does, which no byte of it is.
        var length = conditions.IsExactPath ? Bytes : Math.Min(conditions.Path.Length, Bytes);
        _path = StartOf(conditions.Path);
        _mask = length == 0 ? 0 : ulong.MaxValue >> (8 * (Bytes - length));
    }

    /// <summary>Returns the first eight bytes of a text; zeros stand behind the end of a shorter one.</summary>
    public static ulong StartOf(ReadOnlySpan<byte> text)
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

    /// <summary>Returns false when the route surely does not take a request.</summary>
    public bool MayTake(ulong pathStart) => ((pathStart ^ _path) & _mask) == 0;
}
