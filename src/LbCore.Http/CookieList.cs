using System;

namespace LbCore.Http;

/// <summary>
/// Walks through the cookies of a request, in the order in which they stand in all its Cookie fields. Also in one that stops
/// here because Connection names it: that one is meant for us.
/// </summary>
internal ref struct CookieList
{
    private readonly ReadOnlySpan<byte> _bytes;
    private ReadOnlySpan<HeaderField> _fields;
    private CookieFieldReader _field;

    public CookieList(ReadOnlySpan<byte> bytes, RequestHead head)
    {
        _bytes = bytes;
        _fields = head.Present.Contains(KnownField.Cookie) ? head.Fields : default;
    }

    /// <summary>Finds the first cookie of a name.</summary>
    /// <param name="bytes">The bytes of the head.</param>
    /// <param name="head">The head.</param>
    /// <param name="name">A token; case matters.</param>
    /// <param name="cookie">The cookie.</param>
    public static bool TryFind(ReadOnlySpan<byte> bytes, RequestHead head, ReadOnlySpan<byte> name, out Cookie cookie) =>
        new CookieList(bytes, head).TryNext(name, out cookie);

    /// <summary>Goes to the next cookie.</summary>
    public bool TryNext(out Cookie cookie)
    {
        while (!_field.TryNext(out cookie))
        {
            if (!TryNextField())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Goes to the next cookie of a name.</summary>
    /// <param name="name">A token; case matters.</param>
    /// <param name="cookie">The cookie.</param>
    public bool TryNext(ReadOnlySpan<byte> name, out Cookie cookie)
    {
        while (!_field.TryNext(name, out cookie))
        {
            if (!TryNextField())
            {
                return false;
            }
        }

        return true;
    }

    private bool TryNextField()
    {
        while (!_fields.IsEmpty)
        {
            ref readonly var field = ref _fields[0];
            _fields = _fields[1..];
            if (field.Known == KnownField.Cookie)
            {
                _field = new CookieFieldReader(MessageHead.ValueOf(_bytes, in field));
                return true;
            }
        }

        return false;
    }
}
