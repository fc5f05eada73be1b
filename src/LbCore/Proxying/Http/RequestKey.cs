using System;
using System.Text;
using LbCore.Http;
using LbCore.Topology;

namespace LbCore.Proxying.Http;

/// <summary>Finds what a strategy chooses by in a request, whose head is still there.</summary>
internal static class RequestKey
{
    public static SelectionInput Of(in KeyedRequest request, SelectionKey key) => key.Kind switch
    {
        SelectionKeyKind.ClientAddress => OfAddress(AddressOf(in request)),
        SelectionKeyKind.Header => OfHeader(request.Bytes, request.Head, key.NameBytes),
        SelectionKeyKind.Cookie => CookieList.TryFind(request.Bytes, request.Head, key.NameBytes, out var cookie) ? OfValue(cookie.Unquoted) : default,
        SelectionKeyKind.Path => OfValue(request.Path),
        SelectionKeyKind.Query => !request.Query.IsEmpty && QueryParameters.TryFind(request.Query[1..], key.NameBytes, out var value) ? OfValue(value) : default,
        _ => default,
    };

    /// <summary>Returns the client's address, as the senders say that the listener trusts; 0 when it has none.</summary>
    private static UInt128 AddressOf(in KeyedRequest request) =>
        request.Rules.IsTrusted(request.Plan)
        && ClientAddress.TryFind(request.Bytes, request.Head, request.Rules.ClientAddressField, request.Rules.TrustedNetworks, out var told)
            ? told
            : request.Sender;

    private static SelectionInput OfAddress(UInt128 address) => new(address, 0, address != 0);

    // What is there and empty tells clients apart no better than what is not there.
    private static SelectionInput OfValue(ReadOnlySpan<byte> value) => value.IsEmpty ? default : new(0, StableHash.Of(value), HasKey: true);

    /// <summary>Hashes all values of a field, in their order: a proxy may have joined them, or not.</summary>
    private static SelectionInput OfHeader(ReadOnlySpan<byte> bytes, RequestHead head, ReadOnlySpan<byte> name)
    {
        if (Ascii.EqualsIgnoreCase(name, "host"u8))
        {
            // The target's own authority counts before the field (RFC 9112 section 3.2.2).
            return OfValue(head.AuthorityOf(bytes));
        }

        var found = default(SelectionInput);
        foreach (ref readonly var field in head.Fields)
        {
            if (Ascii.EqualsIgnoreCase(bytes.Slice(field.Start, field.NameLength), name)
                && OfValue(MessageHead.ValueOf(bytes, in field)) is { HasKey: true } next)
            {
                found = found.HasKey ? found with { KeyHash = StableHash.Mix(found.KeyHash, next.KeyHash) } : next;
            }
        }

        return found;
    }
}
