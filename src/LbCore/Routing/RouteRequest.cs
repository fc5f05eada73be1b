using System;
using LbCore.Http;

namespace LbCore.Routing;

/// <summary>What of a request routes look at.</summary>
internal readonly ref struct RouteRequest
{
    /// <param name="bytes">The bytes of the head.</param>
    /// <param name="head">The head.</param>
    /// <param name="path">The path in its normal form.</param>
    public RouteRequest(ReadOnlySpan<byte> bytes, RequestHead head, ReadOnlySpan<byte> path)
    {
        Bytes = bytes;
        Head = head;
        Path = path;
        Host = HostOf(head.AuthorityOf(bytes));
    }

    public ReadOnlySpan<byte> Bytes { get; }

    public RequestHead Head { get; }

    /// <summary>Gets the path in its normal form, without a query; <c>*</c> when the request is for none.</summary>
    public ReadOnlySpan<byte> Path { get; }

    /// <summary>Gets the host, without a port; empty when the request names none.</summary>
    public ReadOnlySpan<byte> Host { get; }

    /// <summary>Returns the path that a head is for, as it was sent and without the query.</summary>
    public static ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> bytes, RequestHead head)
    {
        var target = head.PathOf(bytes);
        var query = target.IndexOf((byte)'?');
        var path = query < 0 ? target : target[..query];

        // An absolute target without a path (RFC 9112 sections 3.2.1 and 3.2.4).
        return !path.IsEmpty ? path : head.Method == HttpMethod.Options && query < 0 ? "*"u8 : "/"u8;
    }

    /// <summary>Returns the query that a head is for, with its question mark; empty when there is none.</summary>
    /// <param name="bytes">The bytes of the head.</param>
    /// <param name="head">The head.</param>
    /// <param name="path">What <see cref="PathOf"/> returned.</param>
    public static ReadOnlySpan<byte> QueryOf(ReadOnlySpan<byte> bytes, RequestHead head, ReadOnlySpan<byte> path)
    {
        var target = head.PathOf(bytes);
        return target is [] or [(byte)'?', ..] ? target : target[path.Length..];
    }

    // An IPv6 address has colons of its own, in brackets; a name may end with the dot of the root.
    private static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> authority)
    {
        var colon = authority.LastIndexOf((byte)':');
        if (colon >= 0 && colon > authority.LastIndexOf((byte)']'))
        {
            authority = authority[..colon];
        }

        return authority.Length > 1 && authority[^1] == '.' ? authority[..^1] : authority;
    }
}
