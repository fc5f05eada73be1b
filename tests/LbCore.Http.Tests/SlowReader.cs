using System;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace LbCore.Http.Tests;

/// <summary>Says which request heads are good, from the grammar, line by line, with no regard to speed: a second opinion.</summary>
internal static partial class SlowReader
{
    public static bool Takes(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        if (text.StartsWith("\r\n", StringComparison.Ordinal))
        {
            text = text[2..];
        }

        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var lines = text[..end].Split("\r\n");
        var request = RequestLine().Match(lines[0]);
        if (!request.Success || lines.Length > 101)
        {
            return false;
        }

        var fields = lines[1..].Select(static line => Field().Match(line)).ToArray();
        return fields.All(static field => field.Success)
            && IsTarget(request.Groups["method"].Value, request.Groups["target"].Value, Values(fields, "host"))
            && IsHost(Values(fields, "host"), request.Groups["minor"].Value)
            && IsFraming(Values(fields, "content-length"), Values(fields, "transfer-encoding"), request.Groups["minor"].Value)
            && Values(fields, "connection").All(IsConnection);
    }

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
        return absolute.Success && HostValue().IsMatch(absolute.Groups["authority"].Value) && hosts.All(host => string.Equals(host, absolute.Groups["authority"].Value, StringComparison.OrdinalIgnoreCase));
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

    private static bool IsConnection(string value)
    {
        var options = value.Split(',').Select(static option => option.Trim(' ', '\t')).Where(static option => option.Length > 0).ToArray();
        return options.All(static option => Token().IsMatch(option) && !Framing().IsMatch(option));
    }

    private static string[] Values(Match[] fields, string name) =>
        [.. from field in fields
            where field.Groups["name"].Value.Equals(name, StringComparison.OrdinalIgnoreCase)
            select field.Groups["value"].Value.Trim(' ', '\t')];

    [GeneratedRegex(@"\A(?<method>[!#$%&'*+\-.^_`|~0-9A-Za-z]+) (?<target>[\x21\x22\x24-\x7E]+) HTTP/1\.(?<minor>[01])\z")]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"\A(?<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+):(?<value>[\t\x20-\x7E\x80-\xFF]*)\z")]
    private static partial Regex Field();

    [GeneratedRegex(@"\Ahttps?://(?<authority>[^/?]+)([/?].*)?\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Absolute();

    [GeneratedRegex(@"\A([\-._~!$&'()*+,;=%0-9A-Za-z]+|\[[\-._~!$&'()*+,;=:%0-9A-Za-z]+\])(:[0-9]*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex HostValue();

    [GeneratedRegex(@"\A[0-9]{1,18}\z")]
    private static partial Regex Length();

    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+\z")]
    private static partial Regex Token();

    [GeneratedRegex(@"\A(host|content-length|transfer-encoding)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Framing();
}
