using System;

namespace LbCore.Http;

/// <summary>
/// Walks through the addresses of one of the fields in which proxies say who they were asked by, from the one that the proxy
/// before us wrote to those that anybody may have written. Nothing that is left of an entry that cannot be read is found.
/// </summary>
internal ref struct ForwardedAddresses
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly KnownField _kind;
    private ReadOnlySpan<HeaderField> _fields;
    private ReadOnlySpan<byte> _rest;

    /// <param name="bytes">The bytes of the head.</param>
    /// <param name="head">The head.</param>
    /// <param name="kind">
    /// <see cref="KnownField.XForwardedFor"/>, <see cref="KnownField.Forwarded"/>, or <see cref="KnownField.XRealIp"/>, which
    /// counts only when there is one.
    /// </param>
    public ForwardedAddresses(ReadOnlySpan<byte> bytes, RequestHead head, KnownField kind)
    {
        _bytes = bytes;
        _kind = kind;
        _fields = head.Present.Contains(kind) ? head.Fields : default;
        if (kind == KnownField.XRealIp && TryPreviousField() && TryPreviousField())
        {
            _rest = default;
            _fields = default;
        }
    }

    /// <summary>Goes to the next address on the left, which is as in <see cref="MappedAddress"/>.</summary>
    public bool TryNext(out UInt128 address)
    {
        if (TryPreviousEntry(out var entry) && ForwardedNode.TryParse(entry, out address))
        {
            return true;
        }

        _rest = default;
        _fields = default;
        address = default;
        return false;
    }

    private bool TryPreviousEntry(out ReadOnlySpan<byte> entry)
    {
        // No list.
        entry = _rest;
        if (_kind == KnownField.XRealIp)
        {
            _rest = default;
            return true;
        }

        while ((_rest = _rest[..(_rest.LastIndexOfAnyExcept(Characters.ListSeparator) + 1)]).IsEmpty)
        {
            if (!TryPreviousField())
            {
                return false;
            }
        }

        var start = _kind == KnownField.Forwarded ? ForwardedElement.StartOfLast(_rest) : _rest.LastIndexOf((byte)',') + 1;
        if (start < 0)
        {
            return false;
        }

        entry = OptionalSpace.Trim(_rest[start..]);
        _rest = _rest[..start];
        return _kind != KnownField.Forwarded || ForwardedElement.TryFindFor(entry, out entry);
    }

    private bool TryPreviousField()
    {
        while (!_fields.IsEmpty)
        {
            ref readonly var field = ref _fields[^1];
            _fields = _fields[..^1];
            if (field.Known == _kind)
            {
                _rest = MessageHead.ValueOf(_bytes, in field);
                return true;
            }
        }

        return false;
    }
}
