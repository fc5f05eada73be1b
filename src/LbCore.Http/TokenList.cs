using System;

namespace LbCore.Http;

/// <summary>Walks through a comma-separated list, without its white space and empty members (RFC 9110 section 5.6.1).</summary>
internal ref struct TokenList
{
    private ReadOnlySpan<byte> _rest;

    public TokenList(ReadOnlySpan<byte> list) => _rest = list;

    public bool TryNext(out ReadOnlySpan<byte> member)
    {
        while (!_rest.IsEmpty)
        {
            var comma = _rest.IndexOf((byte)',');
            member = (comma < 0 ? _rest : _rest[..comma]).Trim(" \t"u8);
            _rest = comma < 0 ? default : _rest[(comma + 1)..];
            if (!member.IsEmpty)
            {
                return true;
            }
        }

        member = default;
        return false;
    }
}
