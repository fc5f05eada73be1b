using System;
using LbCore.Http;

namespace LbCore.Routing;

/// <summary>The path of a request as it was sent and in its normal form, and its query: what rewriting and redirecting make another of.</summary>
internal readonly ref struct RoutedPath
{
    private readonly ReadOnlySpan<byte> _sent;

    /// <param name="sent">The path as it was sent.</param>
    /// <param name="normal">The normal form; the same when that is what was sent.</param>
    /// <param name="form">What the one has become the other by.</param>
    /// <param name="query">The query with its question mark; empty when there is none.</param>
    public RoutedPath(ReadOnlySpan<byte> sent, ReadOnlySpan<byte> normal, PathForm form, ReadOnlySpan<byte> query)
    {
        // A path with dot segments would climb out of whatever is put before it, so its normal form goes on.
        _sent = form == PathForm.Resolved ? normal : sent;
        Normal = normal;
        Query = query;
    }

    /// <summary>Gets the path in its normal form; <c>*</c> for a request that is for none.</summary>
    public ReadOnlySpan<byte> Normal { get; }

    public ReadOnlySpan<byte> Query { get; }

    /// <summary>Gets whether the request is for no path: OPTIONS with an asterisk.</summary>
    public bool IsNone => Normal is [(byte)'*'];

    /// <summary>Gets the path as it was sent, unless that had dot segments or double slashes.</summary>
    public ReadOnlySpan<byte> Whole => _sent;

    /// <summary>Returns what is behind a prefix that the normal form begins with: empty, or a path.</summary>
    public ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> prefix) =>
        _sent.StartsWith(prefix) && (_sent.Length == prefix.Length || _sent[prefix.Length] == '/') ? _sent[prefix.Length..]
        : Normal.StartsWith(prefix) ? Normal[prefix.Length..]
        : _sent;
}
