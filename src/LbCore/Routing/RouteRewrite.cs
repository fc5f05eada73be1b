using System;
using System.Text;

namespace LbCore.Routing;

/// <summary>Says how the target and the host of a request change on its way to the backend. Immutable; any thread.</summary>
internal sealed class RouteRewrite
{
    private readonly byte[] _strip;
    private readonly byte[] _add;
    private readonly byte[] _host;

    /// <param name="stripPrefix">What is taken from the path's beginning, in its normal form; null for nothing.</param>
    /// <param name="addPrefix">What is put before the path; null for nothing.</param>
    /// <param name="host">The Host field; null to keep it.</param>
    public RouteRewrite(byte[]? stripPrefix, byte[]? addPrefix, string? host)
    {
        _strip = stripPrefix.AsSpan().TrimEnd((byte)'/').ToArray();
        _add = addPrefix.AsSpan().TrimEnd((byte)'/').ToArray();
        _host = Encoding.ASCII.GetBytes(host ?? "");
    }

    /// <summary>Gets whether the target changes.</summary>
    public bool ChangesTarget => _strip.Length > 0 || _add.Length > 0;

    /// <summary>Gets the Host field; empty to keep it.</summary>
    public ReadOnlySpan<byte> Host => _host;

    /// <summary>Returns a number of bytes that <see cref="WriteTarget"/> never exceeds.</summary>
    public int MaxTargetLength(in RoutedPath path) => _add.Length + Math.Max(path.Whole.Length, path.Normal.Length) + path.Query.Length + 1;

    /// <summary>Writes the target for the backend. Returns its length.</summary>
    public int WriteTarget(in RoutedPath path, Span<byte> target)
    {
        var written = 0;
        if (path.IsNone)
        {
            Write(path.Normal, target, ref written);
            return written;
        }

        Write(_add, target, ref written);
        Write(path.Behind(_strip), target, ref written);
        if (written == 0)
        {
            Write("/"u8, target, ref written);
        }

        Write(path.Query, target, ref written);
        return written;
    }

    private static void Write(ReadOnlySpan<byte> text, Span<byte> target, ref int written)
    {
        text.CopyTo(target[written..]);
        written += text.Length;
    }
}
