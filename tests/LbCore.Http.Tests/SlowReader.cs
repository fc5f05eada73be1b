using System;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace LbCore.Http.Tests;

/// <summary>Says which heads are good, from the grammar, line by line, with no regard to speed: a second opinion.</summary>
internal static partial class SlowReader
{
    // The grammar of RFC 3986 section 3.2.2, alternative by alternative.
    private const string H16 = "[0-9A-Fa-f]{1,4}";
    private const string Octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private const string Ls32 = "(" + H16 + ":" + H16 + "|" + Octet + @"(\." + Octet + "){3})";
    private const string IPv6 =
        "((" + H16 + ":){6}" + Ls32
        + "|::(" + H16 + ":){5}" + Ls32
        + "|(" + H16 + ")?::(" + H16 + ":){4}" + Ls32
        + "|((" + H16 + ":){0,1}" + H16 + ")?::(" + H16 + ":){3}" + Ls32
        + "|((" + H16 + ":){0,2}" + H16 + ")?::(" + H16 + ":){2}" + Ls32
        + "|((" + H16 + ":){0,3}" + H16 + ")?::" + H16 + ":" + Ls32
        + "|((" + H16 + ":){0,4}" + H16 + ")?::" + Ls32
        + "|((" + H16 + ":){0,5}" + H16 + ")?::" + H16
        + "|((" + H16 + ":){0,6}" + H16 + ")?::)";

    private const int MaxNames = 32;

    /// <summary>Returns whether a text is an IPv6 address, without brackets.</summary>
    public static bool IsIPv6(string text) => IPv6Address().IsMatch(text);

    public static bool TakesRequest(byte[] bytes, HeadLimits? limits = null)
    {
        var skipped = bytes.AsSpan().StartsWith("\r\n"u8) ? 2 : 0;
        var lines = Lines(bytes[skipped..], limits ?? HeadLimits.Default, skipped);
        var request = RequestLine().Match(lines[0]);
        var fields = Fields(lines);
        return request.Success
            && request.Groups["target"].Length <= (limits ?? HeadLimits.Default).MaxTargetBytes
            && fields.All(static field => field.Success)
            && IsTarget(request.Groups["method"].Value, request.Groups["target"].Value, Values(fields, "host"))
            && IsHost(Values(fields, "host"), request.Groups["minor"].Value)
            && IsFraming(Values(fields, "content-length"), Values(fields, "transfer-encoding"), request.Groups["minor"].Value)
            && IsMaxForwards(request.Groups["method"].Value, Values(fields, "max-forwards"))
            && Values(fields, "connection").All(IsConnection)
            && Values(fields, "connection").Sum(CountNames) <= MaxNames;
    }

    public static bool TakesResponse(byte[] bytes, HeadLimits? limits = null)
    {
        var lines = Lines(bytes, limits ?? HeadLimits.Default, 0);
        var status = StatusLine().Match(lines[0]);
        var fields = Fields(lines);
        var hasNoBody = status.Groups["code"].Value is ['1', _, _] or "204";
        return status.Success
            && fields.All(static field => field.Success)
            && (hasNoBody || IsFraming(Values(fields, "content-length"), Values(fields, "transfer-encoding"), status.Groups["minor"].Value))
            && IsSwitch(status, fields)
            && Values(fields, "connection").All(IsConnection)
            && Values(fields, "connection").Sum(CountNames) <= MaxNames;
    }

    /// <summary>Returns the lines up to the empty one; a single bad one when there is none within the limits.</summary>
    private static string[] Lines(byte[] bytes, HeadLimits limits, int skipped)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = end < 0 || skipped + end + 4 > limits.MaxBytes ? [""] : text[..end].Split("\r\n");
        return lines.Length > limits.MaxFields + 1 ? [""] : lines;
    }

    private static Match[] Fields(string[] lines) => [.. lines[1..].Select(static line => Field().Match(line))];

    private static bool IsTarget(string method, string target, string[] hosts)
    {
        if (method == "CONNECT" || method.Length > 64)
        {
            return false;
        }

        if (target.StartsWith('/') || (target == "*" && method == "OPTIONS"))
        {
            return true;
        }

        var absolute = Absolute().Match(target);
        return absolute.Success && HostValue().IsMatch(absolute.Groups["authority"].Value) && hosts.All(host => Full(host, absolute).Equals(Full(absolute.Groups["authority"].Value, absolute), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Returns a host with the port that it has or means.</summary>
    private static string Full(string host, Match absolute)
    {
        var found = HostValue().Match(host);
        var port = found.Groups["port"].Value.TrimStart('0');
        return found.Groups["host"].Value + ":" + (found.Groups["port"].Value.Length > 0 ? port : absolute.Groups["secure"].Value.Length > 0 ? "443" : "80");
    }

    private static bool IsMaxForwards(string method, string[] values) => method is not ("TRACE" or "OPTIONS") || values.Length == 0
        || (values is [var value] && value.Length > 0 && value.All(char.IsAsciiDigit) && value.Any(static digit => digit != '0'));

    private static bool IsSwitch(Match status, Match[] fields)
    {
        var protocols = Values(fields, "upgrade").SelectMany(Options).ToArray();
        return status.Groups["code"].Value != "101" || (status.Groups["minor"].Value == "1"
            && Values(fields, "connection").SelectMany(Options).Contains("upgrade", StringComparer.OrdinalIgnoreCase)
            && Values(fields, "http2-settings").Length == 0
            && protocols.Length > 0
            && protocols.All(static protocol => Protocol().IsMatch(protocol) && !protocol.StartsWith("h2", StringComparison.OrdinalIgnoreCase) && !protocol.StartsWith("http", StringComparison.OrdinalIgnoreCase)));
    }

    private static bool IsHost(string[] hosts, string minor) =>
        hosts.Length switch { 0 => minor == "0", 1 => HostValue().IsMatch(hosts[0]), _ => false };

    private static bool IsFraming(string[] lengths, string[] codings, string minor) => (lengths.Length, codings.Length) switch
    {
        (0, 0) => true,
        (1, 0) => Length().IsMatch(lengths[0]),
        (0, 1) => minor == "1" && codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static bool IsConnection(string value) => Options(value).All(static option => Token().IsMatch(option) && !Framing().IsMatch(option));

    private static int CountNames(string value) =>
        Options(value).Count(static option => option.ToUpperInvariant() is not ("CLOSE" or "KEEP-ALIVE" or "UPGRADE"));

    private static string[] Options(string value) =>
        [.. value.Split(',').Select(static option => option.Trim(' ', '\t')).Where(static option => option.Length > 0)];

    private static string[] Values(Match[] fields, string name) =>
        [.. from field in fields
            where field.Groups["name"].Value.Equals(name, StringComparison.OrdinalIgnoreCase)
            select field.Groups["value"].Value.Trim(' ', '\t')];

    [GeneratedRegex(@"\A" + IPv6 + @"\z", RegexOptions.ExplicitCapture)]
    private static partial Regex IPv6Address();

    [GeneratedRegex(@"\A(?<method>[!#$%&'*+\-.^_`|~0-9A-Za-z]+) (?<target>[\x21\x22\x24-\x7E]+) HTTP/1\.(?<minor>[01])\z")]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"\AHTTP/1\.(?<minor>[01]) (?<code>[1-9][0-9]{2})( [\t\x20-\x7E\x80-\xFF]*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex StatusLine();

    [GeneratedRegex(@"\A(?<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+):(?<value>[\t\x20-\x7E\x80-\xFF]*)\z")]
    private static partial Regex Field();

    [GeneratedRegex(@"\Ahttp(?<secure>s?)://(?<authority>[^/?]+)([/?].*)?\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Absolute();

    [GeneratedRegex(@"\A(?<host>[\-._~!$&'()*+,;=0-9A-Za-z]+|\[(" + IPv6 + @"|[vV][0-9A-Fa-f]+\.[\-._~!$&'()*+,;=:0-9A-Za-z]+)\])(:(?<port>0*([0-9]{0,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex HostValue();

    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~/0-9A-Za-z]+\z")]
    private static partial Regex Protocol();

    [GeneratedRegex(@"\A[0-9]{1,18}\z")]
    private static partial Regex Length();

    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+\z")]
    private static partial Regex Token();

    [GeneratedRegex(@"\A(host|content-length|transfer-encoding|expect)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Framing();
}
