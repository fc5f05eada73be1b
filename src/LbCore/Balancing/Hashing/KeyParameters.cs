using System;
using System.Buffers;
using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>The parameters that say what a strategy hashes, the same for every strategy that hashes.</summary>
internal static class KeyParameters
{
    public const string Key = "key";
    public const string Ipv4Prefix = "ipv4Prefix";
    public const string Ipv6Prefix = "ipv6Prefix";

    private const string AddressWord = "address";
    private const string PathWord = "path";
    private const string HeaderPrefix = "header:";
    private const string CookiePrefix = "cookie:";
    private const string QueryPrefix = "query:";
    private const int MaxNameLength = 128;
    private const string Forms = "`address`, `header:<name>`, `cookie:<name>`, `path` or `query:<name>`";

    // RFC 9110, section 5.6.2; RFC 6265 has cookies' names be the same.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Gets how much of a client's address counts.</summary>
    public static IReadOnlyList<StrategyParameter> Prefixes { get; } =
    [
        StrategyParameter.Number(Ipv4Prefix, "How many leading bits of an IPv4 address count. Clients that share them share a backend.", 32, 1, 32),
        StrategyParameter.Number(
            Ipv6Prefix,
            "How many leading bits of an IPv6 address count. 64 is what one site has, whose machines change the rest at will.",
            64,
            1,
            128),
    ];

    /// <summary>Gets the key and how much of a client's address counts.</summary>
    public static IReadOnlyList<StrategyParameter> All { get; } =
    [
        StrategyParameter.Text(
            Key,
            "What is hashed. Without it (no such field, cookie or parameter; a unix socket) the choice is random, by weight.",
            Forms,
            AddressWord,
            CheckKey),
        .. Prefixes,
    ];

    /// <summary>Returns the key that was written. It passed its check.</summary>
    public static SelectionKey KeyOf(StrategyArguments arguments)
    {
        var text = arguments.Text(Key)!;
        if (text.StartsWith(HeaderPrefix, StringComparison.Ordinal))
        {
            return new SelectionKey(SelectionKeyKind.Header, text[HeaderPrefix.Length..]);
        }

        if (text.StartsWith(CookiePrefix, StringComparison.Ordinal))
        {
            return new SelectionKey(SelectionKeyKind.Cookie, text[CookiePrefix.Length..]);
        }

        return text.StartsWith(QueryPrefix, StringComparison.Ordinal)
            ? new SelectionKey(SelectionKeyKind.Query, text[QueryPrefix.Length..])
            : new SelectionKey(text == PathWord ? SelectionKeyKind.Path : SelectionKeyKind.ClientAddress);
    }

    /// <summary>Returns how to hash the key that was written.</summary>
    public static KeyHasher HasherOf(StrategyArguments arguments) =>
        new(KeyOf(arguments), arguments.Number(Ipv4Prefix)!.Value, arguments.Number(Ipv6Prefix)!.Value);

    /// <summary>Returns what is wrong with the key's parameters together; null when nothing is.</summary>
    public static string? Check(StrategyArguments arguments)
    {
        if (KeyOf(arguments).Kind == SelectionKeyKind.ClientAddress)
        {
            return null;
        }

        var given = arguments.IsGiven(Ipv4Prefix) ? Ipv4Prefix : arguments.IsGiven(Ipv6Prefix) ? Ipv6Prefix : null;
        return given is null ? null : $"'{given}' is about addresses, and the key is '{arguments.Text(Key)}'; remove '{given}', or use the key 'address'";
    }

    private static string? CheckKey(string text)
    {
        if (text is AddressWord or PathWord)
        {
            return null;
        }

        foreach (var prefix in (string[])[HeaderPrefix, CookiePrefix, QueryPrefix])
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return CheckName(prefix, text[prefix.Length..]);
            }
        }

        return $"'{text}' is no key; use address, header:<name>, cookie:<name>, path or query:<name>";
    }

    private static string? CheckName(string prefix, string name)
    {
        if (name.Length is 0 or > MaxNameLength)
        {
            return name.Length == 0 ? $"'{prefix}' lacks a name; write {prefix}<name>"
                : $"the name after '{prefix}' has {name.Length} characters; at most {MaxNameLength} are allowed";
        }

        var wrong = prefix == QueryPrefix ? name.AsSpan().IndexOfAny(QueryNameEnds) : -1;
        wrong = wrong >= 0 ? wrong
            : prefix == QueryPrefix ? name.AsSpan().IndexOfAnyExceptInRange('!', '~')
            : name.AsSpan().IndexOfAnyExcept(TokenCharacters);
        return wrong < 0 ? null
            : $"the character at {wrong + 1} of '{name}' cannot stand in such a name; {(prefix == QueryPrefix ? "write it as clients send it, percent-encoded" : "use letters, digits and !#$%&'*+-.^_`|~")}";
    }

    // These would end a parameter's name in a query, so no name has them.
    private static ReadOnlySpan<char> QueryNameEnds => "&=#";
}
