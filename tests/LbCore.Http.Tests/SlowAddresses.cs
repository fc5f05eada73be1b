using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text.RegularExpressions;

namespace LbCore.Http.Tests;

/// <summary>Reads addresses and who forwarded a request from the text, with no regard to speed: a second opinion.</summary>
internal static partial class SlowAddresses
{
    /// <summary>Returns an address, mapped to IPv6; null for what is none in the strict sense.</summary>
    public static IPAddress? Read(string text) =>
        V4().IsMatch(text) || SlowReader.IsIPv6(text) ? IPAddress.Parse(text).MapToIPv6() : null;

    /// <summary>Returns the addresses of all fields of one name, from the right to the first that cannot be read.</summary>
    public static List<IPAddress> Walk(KnownField kind, IEnumerable<string> fields)
    {
        var entries = kind switch
        {
            KnownField.XRealIp => fields.ToArray() is [var only] ? [only] : [],
            KnownField.Forwarded => fields.Reverse().SelectMany(Elements),
            _ => fields.Reverse().SelectMany(static field => field.Split(',').Reverse()),
        };
        return [.. entries.Select(static entry => entry?.Trim(' ', '\t')).Where(static entry => entry != "")
            .Select(entry => kind == KnownField.Forwarded ? For(entry) : entry).Select(Node).TakeWhile(static node => node is not null).Select(static node => node!)];
    }

    // From the right; null for what cannot be parted.
    private static IEnumerable<string?> Elements(string field)
    {
        var rest = new string([.. field.Reverse()]);
        while (true)
        {
            var element = ReversedElement().Match(rest).Value;
            if (element.Length < rest.Length && rest[element.Length] != ',')
            {
                yield return null;
                yield break;
            }

            yield return new string([.. element.Reverse()]);
            if (element.Length == rest.Length)
            {
                yield break;
            }

            rest = rest[(element.Length + 1)..];
        }
    }

    private static string? For(string? element)
    {
        var pairs = element is null ? null : Element().Match(element);
        if (pairs?.Success != true)
        {
            return null;
        }

        var nodes = pairs.Groups["pair"].Captures.Select(static pair => pair.Value.Trim(' ', '\t'))
            .Where(static pair => pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase)).Select(static pair => pair[4..]).ToArray();
        return nodes is [var node] ? Quoted().Replace(node, "$1") : null;
    }

    private static IPAddress? Node(string? text)
    {
        var node = NodeAndPort().Match(text ?? string.Empty);
        if (!node.Success || (node.Groups["port"].Value is { Length: > 0 } port && port[0] != '_' && System.Numerics.BigInteger.Parse(port, null) > ushort.MaxValue))
        {
            return null;
        }

        var isV6 = node.Groups["v6"].Success;
        var address = Read(isV6 ? node.Groups["v6"].Value : node.Groups["any"].Value);
        return isV6 && !node.Groups["v6"].Value.Contains(':', StringComparison.Ordinal) ? null : address;
    }

    [GeneratedRegex(@"\A(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex V4();

    // Backwards: a quote is escaped when an odd number of backslashes follows.
    [GeneratedRegex("""\A(?>[^,"]|"(?>[^"]|"(?=\\(\\\\)*(?!\\)))*"(?!\\(\\\\)*(?!\\)))*""", RegexOptions.ExplicitCapture)]
    private static partial Regex ReversedElement();

    [GeneratedRegex("""\A((?<pair>(?>[^;"]|"(?>[^"\\]|\\.)*")*)(;|\z))+\z""", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Element();

    [GeneratedRegex("""\A"(.*)"\z""", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    // Text with several colons is an address without a port.
    [GeneratedRegex(@"\A(\[(?<v6>[^\]]*)\](:(?<port>[0-9]*|_[0-9A-Za-z._\-]+))?|(?<any>[^\[:][^:]*)(:(?<port>[0-9]*|_[0-9A-Za-z._\-]+))?|(?<any>[^\[].*:.*:.*|:.*:.*))\z", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex NodeAndPort();
}
