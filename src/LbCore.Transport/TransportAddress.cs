using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LbCore.Transport;

/// <summary>Reads and writes addresses as users type them: <c>ip:port</c>, <c>[v6]:port</c>, <c>*:port</c>, <c>unix:/path</c>.</summary>
public static class TransportAddress
{
    private const string UnixPrefix = "unix:";
    private const string UnixExample = "unix:/run/app.sock";

    // sun_path holds 108 bytes including the closing NUL (unix(7)).
    private const int MaxUnixPathBytes = 107;

    /// <summary>Reads an address. <c>*:port</c> becomes IPv6 any, which listens on both stacks.</summary>
    /// <param name="text">The text; names are not resolved here.</param>
    /// <param name="endPoint">The address, when the result is true.</param>
    /// <param name="error">What is wrong and how to mend it, when the result is false.</param>
    public static bool TryParse(string text, out EndPoint? endPoint, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var problem = text.StartsWith(UnixPrefix, StringComparison.Ordinal)
            ? ReadUnix(text[UnixPrefix.Length..], out endPoint)
            : ReadIp(text, out endPoint);
        error = problem is null ? null : $"'{text}': {problem}";
        return problem is null;
    }

    /// <summary>Writes an address the way <see cref="TryParse"/> reads it.</summary>
    public static string Format(EndPoint? endPoint) => endPoint switch
    {
        null => "unknown",
        UnixDomainSocketEndPoint unix => UnixPrefix + unix,
        IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } ip when ip.Address.Equals(IPAddress.IPv6Any) =>
            string.Create(CultureInfo.InvariantCulture, $"*:{ip.Port}"),
        _ => endPoint.ToString() ?? "unknown",
    };

    private static string? ReadUnix(string path, out EndPoint? endPoint)
    {
        endPoint = null;
        if (path.Length == 0)
        {
            return $"the path is missing; write {UnixExample}";
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return $"a path has no NUL character; write {UnixExample}";
        }

        var bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes > MaxUnixPathBytes)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the path has {bytes} bytes, and the system takes {MaxUnixPathBytes} at most; write a shorter one, such as {UnixExample}");
        }

        endPoint = new UnixDomainSocketEndPoint(path);
        return null;
    }

    private static string? ReadIp(string text, out EndPoint? endPoint)
    {
        endPoint = null;
        var colon = text.LastIndexOf(':');
        if (IsShapedLikeIPv6(text, colon) && ProblemOfIPv6(text, colon) is { } problem)
        {
            return problem;
        }

        var host = colon < 0 ? text : text[..colon];
        var portText = colon < 0 ? "" : text[(colon + 1)..];
        if (host.Length == 0 || (colon < 0 && !host.AsSpan().ContainsAnyExceptInRange('0', '9')))
        {
            var meant = TryParsePort(host + portText, out var number) ? number : 8080;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the address before the port is missing; write *:{meant} for every address of this machine, or 127.0.0.1:{meant}");
        }

        var bracketed = host[0] == '[';
        IPAddress? address = null;
        if (host != "*" && !TryParseHost(bracketed ? host[1..^1] : host, bracketed, out address))
        {
            var meant = TryParsePort(portText, out var number) ? number : 8080;
            return bracketed
                ? string.Create(CultureInfo.InvariantCulture, $"{host} is not an IPv6 address; write [::1]:{meant}, or 127.0.0.1:{meant}")
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{host}' is not an IP address, and a name cannot be listened on; "
                    + $"write 127.0.0.1:{meant}, [::1]:{meant}, *:{meant} for every address of this machine, or unix:/path");
        }

        if (portText.Length == 0)
        {
            return $"the port is missing; write {host}:8080";
        }

        if (!TryParsePort(portText, out var port))
        {
            return $"'{portText}' is not a port; write a number from 0 to 65535";
        }

        endPoint = new IPEndPoint(address ?? IPAddress.IPv6Any, port);
        return null;
    }

    private static bool IsShapedLikeIPv6(string text, int lastColon) =>
        text.AsSpan().ContainsAny('[', ']') || text.IndexOf(':', StringComparison.Ordinal) != lastColon;

    private static string? ProblemOfIPv6(string text, int lastColon)
    {
        var closing = text.LastIndexOf(']');
        if (text[0] == '[' && closing == lastColon - 1 && text.LastIndexOf('[') == 0 && text.IndexOf(']', StringComparison.Ordinal) == closing)
        {
            return null;
        }

        if (text[0] == '[' && closing == text.Length - 1)
        {
            return $"the port is missing; write {text}:8080";
        }

        // "::1:80" is an IPv6 address itself, but whoever writes it means a port.
        var bare = text.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
        var cut = bare.LastIndexOf(':');
        var mend = cut > 0 && IPAddress.TryParse(bare.AsSpan(0, cut), out _) && TryParsePort(bare.AsSpan(cut + 1), out _)
            ? $"[{bare[..cut]}]{bare[cut..]}"
            : IPAddress.TryParse(bare, out _) ? $"[{bare}]:8080" : "[::1]:8080, for example";
        return text[0] == '[' && closing < 0
            ? $"the bracket is not closed; write {mend}"
            : $"an IPv6 address goes in brackets; write {mend}";
    }

    // IPAddress.TryParse also takes "1" and "0x7f.1"; only four plain decimal parts are an IPv4 address here.
    private static bool TryParseHost(string host, bool bracketed, out IPAddress? address) =>
        IPAddress.TryParse(host, out address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6) == bracketed
        && (bracketed || address.ToString() == host);

    private static bool TryParsePort(ReadOnlySpan<char> text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
