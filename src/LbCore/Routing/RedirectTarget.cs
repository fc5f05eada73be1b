using System;
using System.Collections.Generic;
using System.Text;

namespace LbCore.Routing;

/// <summary>
/// Makes the Location of a redirect. Nothing that a request says gets before its path: a host is what the configuration
/// wrote, or the one that the request is for. Immutable; any thread.
/// </summary>
internal sealed class RedirectTarget
{
    private readonly (RedirectPart Part, byte[] Text)[] _parts;
    private readonly byte[] _prefix;
    private readonly bool _isRelative;
    private readonly int _textLength;

    /// <param name="parts">What it is made of, each placeholder once at most; its text is not used.</param>
    /// <param name="prefix">The prefix that <see cref="RedirectPart.Rest"/> is behind, in its normal form; null for none.</param>
    public RedirectTarget(IReadOnlyList<(RedirectPart Part, string Text)> parts, byte[]? prefix)
    {
        _parts = new (RedirectPart, byte[])[parts.Count];
        for (var i = 0; i < _parts.Length; i++)
        {
            var (part, text) = parts[i];
            _parts[i] = (part, Encoding.ASCII.GetBytes(text));
            _textLength += part == RedirectPart.Text ? text.Length : 0;
            WantsHost |= part == RedirectPart.Host;
        }

        _prefix = prefix.AsSpan().TrimEnd((byte)'/').ToArray();
        _isRelative = _parts[0].Part != RedirectPart.Text || (_parts[0].Text[0] == '/' && !_parts[0].Text.AsSpan().StartsWith("//"u8));
    }

    /// <summary>Gets whether the request must name a host.</summary>
    public bool WantsHost { get; }

    /// <summary>Returns a number of bytes that <see cref="Write"/> never exceeds.</summary>
    public int MaxLength(ReadOnlySpan<byte> host, in RoutedPath path) =>
        1 + _textLength + host.Length + (2 * Math.Max(path.Whole.Length, path.Normal.Length)) + path.Query.Length;

    /// <summary>Writes it. Returns its length.</summary>
    public int Write(ReadOnlySpan<byte> host, in RoutedPath path, Span<byte> target)
    {
        var written = 0;
        foreach (var (part, text) in _parts)
        {
            var piece = part switch
            {
                RedirectPart.Text => text,
                RedirectPart.Host => host,
                RedirectPart.Path => path.IsNone ? "/"u8 : path.Whole,
                RedirectPart.Rest => path.Behind(_prefix),
                _ => path.Query,
            };
            if (_isRelative && written <= 1)
            {
                // Two slashes, and for browsers backslashes are some, would begin the name of another host.
                target[0] = (byte)'/';
                written = 1;
                piece = piece.TrimStart("/\\"u8);
            }

            piece.CopyTo(target[written..]);
            written += piece.Length;
        }

        return written;
    }
}
