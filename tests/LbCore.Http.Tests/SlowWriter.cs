using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace LbCore.Http.Tests;

/// <summary>Writes good heads anew, line by line, with no regard to speed: a second opinion.</summary>
internal static class SlowWriter
{
    private static readonly string[] HopByHop =
        ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings"];

    private static readonly string[] Forwarding = ["Forwarded", "X-Real-IP", "X-Request-Id"];

    public static string Request(byte[] bytes, RequestHead head, string forwardedFor, string missingHost, bool isHttps)
    {
        var lines = Lines(bytes, head.Length, head.MethodStart);
        var words = lines[0].Split(' ');
        var target = words[1];
        var host = missingHost;
        if (target[0] is not ('/' or '*'))
        {
            var authority = target[(target.IndexOf("://", StringComparison.Ordinal) + 3)..];
            var end = authority.IndexOfAny(['/', '?']);
            host = end < 0 ? authority : authority[..end];
            target = end < 0 ? string.Empty : authority[end..];
            target = target switch { "" when words[0] == "OPTIONS" => "*", ['/', ..] => target, _ => "/" + target };
        }

        var written = new StringBuilder($"{words[0]} {target} HTTP/1.1\r\n");
        var isNamedByTarget = words[1][0] is not ('/' or '*') && lines[1..].Any(line => Is(line, "Host") && line[5..].Trim(' ', '\t') != host);
        if (isNamedByTarget || !lines[1..].Any(static line => Is(line, "Host")))
        {
            written.Append("Host: ").Append(host).Append("\r\n");
        }

        var keepsTrailer = head.Framing.Kind == BodyKind.Chunked && !head.ConnectionNamesFields;
        AppendKept(written, [lines[0], .. lines[1..].Where(static line => !IsForwarding(line))], [.. HopByHop.Where(name => name != "Trailer" || !keepsTrailer), .. Named(lines), .. isNamedByTarget ? new[] { "Host" } : [], .. words[2] == "HTTP/1.0" ? new[] { "Expect" } : [], .. head.MaxForwards >= 0 ? new[] { "Max-Forwards" } : []]);
        written.Append("X-Forwarded-For: ").Append(forwardedFor).Append("\r\nX-Forwarded-Proto: ").Append(isHttps ? "https" : "http").Append("\r\n");
        if (head.MaxForwards >= 0)
        {
            written.Append("Max-Forwards: ").Append(head.MaxForwards - 1).Append("\r\n");
        }

        if (lines[1..].Any(static line => Is(line, "Transfer-Encoding")))
        {
            written.Append("Transfer-Encoding: chunked\r\n");
        }

        if (head.AcceptsTrailers && !head.WantsUpgrade)
        {
            written.Append("TE: trailers\r\nConnection: TE\r\n");
        }

        if (head.WantsUpgrade)
        {
            AppendUpgrade(written, lines);
        }

        return written.Append("\r\n").ToString();
    }

    public static string Response(byte[] bytes, ResponseHead head, ResponseEdits edits)
    {
        var lines = Lines(bytes, head.Length, 0);
        var hasNoLength = head.Status is < 200 or 204;
        var written = new StringBuilder($"HTTP/1.1 {lines[0][9..]}{(lines[0].Length == 12 ? " " : string.Empty)}\r\n");
        AppendKept(written, lines, [.. HopByHop, .. Named(lines), .. hasNoLength ? new[] { "Content-Length" } : []]);
        if (edits.Chunked)
        {
            written.Append("Transfer-Encoding: chunked\r\n");
        }

        if (head.Status == 101)
        {
            AppendUpgrade(written, lines);
        }
        else if (edits.Close || edits.SayKeepAlive)
        {
            written.Append(edits.Close ? "Connection: close\r\n" : "Connection: keep-alive\r\n");
        }

        return written.Append("\r\n").ToString();
    }

    private static string[] Lines(byte[] bytes, int length, int start) => Encoding.Latin1.GetString(bytes, start, length - start - 4).Split("\r\n");

    private static IEnumerable<string> Named(string[] lines) => lines[1..]
        .Where(static line => Is(line, "Connection"))
        .SelectMany(static line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(','))
        .Select(static name => name.Trim(' ', '\t'));

    private static void AppendKept(StringBuilder written, string[] lines, IReadOnlyCollection<string> dropped)
    {
        foreach (var line in lines[1..].Where(line => !dropped.Any(name => Is(line, name))))
        {
            written.Append(Plain(line)).Append("\r\n");
        }
    }

    private static string Plain(string line)
    {
        var isLength = Is(line, "Content-Length");
        if (!isLength && !Is(line, "Host"))
        {
            return line;
        }

        var name = line.Split(':')[0];
        var value = line[(name.Length + 1)..].Trim(' ', '\t');
        value = isLength && value.TrimStart('0') is var digits ? digits.Length > 0 ? digits : "0" : value;
        return line == name + ":" + value ? line : name + ": " + value;
    }

    // Whatever is one to somebody who reads underscores as hyphens.
    private static bool IsForwarding(string line)
    {
        var name = line.Split(':')[0].Replace('_', '-');
        return name.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase) || Forwarding.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private static void AppendUpgrade(StringBuilder written, string[] lines)
    {
        written.Append("Connection: upgrade\r\n");
        foreach (var line in lines[1..].Where(static line => Is(line, "Upgrade")))
        {
            written.Append(line).Append("\r\n");
        }
    }

    private static bool Is(string line, string name) => line.Split(':')[0].Equals(name, StringComparison.OrdinalIgnoreCase);
}
