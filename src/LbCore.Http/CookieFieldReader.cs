using System;

namespace LbCore.Http;

/// <summary>
/// Walks through the cookies of one Cookie field. Each goes to the next semicolon, also within quotes: so do browsers, which
/// keep no semicolon in a value (RFC 6265 section 5.2), and whoever let quotes hide one would see another cookie than the next
/// reader. White space around a cookie, its name and its value is no part of them.
/// </summary>
internal ref struct CookieFieldReader
{
    private readonly ReadOnlySpan<byte> _value;
    private int _next;

    public CookieFieldReader(ReadOnlySpan<byte> value) => _value = value;

    /// <summary>Gets where the cookie that was found last begins, in the field's value.</summary>
    public int Start { get; private set; }

    /// <summary>Gets where its semicolon is, or the end of the value.</summary>
    public int End { get; private set; }

    public bool TryNext(out Cookie cookie)
    {
        // Nothing between two semicolons is no cookie, however often it stands there.
        var skipped = _value[_next..].IndexOfAnyExcept(Characters.CookieSeparator);
        if (skipped < 0)
        {
            _next = _value.Length;
            cookie = default;
            return false;
        }

        Take(_next + skipped, 0);
        var pair = _value[Start..End];
        var equals = pair.IndexOf((byte)'=');
        cookie = equals < 0
            ? new Cookie(default, OptionalSpace.TrimEnd(pair))
            : new Cookie(OptionalSpace.TrimEnd(pair[..equals]), OptionalSpace.Trim(pair[(equals + 1)..]));
        return true;
    }

    /// <summary>Goes to the next cookie of a name. It is searched for as a text first: that is much faster than to look at every cookie.</summary>
    /// <param name="name">A token.</param>
    /// <param name="cookie">The cookie.</param>
    public bool TryNext(ReadOnlySpan<byte> name, out Cookie cookie)
    {
        while (true)
        {
            var rest = _value[_next..];
            var at = rest.IndexOf(name);
            if (at < 0)
            {
                _next = _value.Length;
                cookie = default;
                return false;
            }

            var before = OptionalSpace.TrimEnd(rest[..at]);
            Take(_next + at, name.Length);
            var behind = OptionalSpace.TrimStart(_value[(Start + name.Length)..End]);
            if ((before.IsEmpty || before[^1] == ';') && behind is [(byte)'=', .. var value])
            {
                cookie = new Cookie(name, OptionalSpace.Trim(value));
                return true;
            }
        }
    }

    /// <summary>Takes what goes from one place to the next semicolon, of which some bytes are known to be none.</summary>
    private void Take(int start, int known)
    {
        Start = start;
        var length = _value[(start + known)..].IndexOf((byte)';');
        End = length < 0 ? _value.Length : start + known + length;
        _next = length < 0 ? End : End + 1;
    }
}
