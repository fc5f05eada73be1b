using System;
using System.Globalization;
using System.Net;
using LbCore.Transport;

namespace LbCore.Configuration;

/// <summary>Is a backend's address as written: an end point, or a name that must be resolved first.</summary>
internal readonly record struct BackendAddress
{
    private const int MaxHostLength = 253;

    private BackendAddress(EndPoint endPoint) => EndPoint = endPoint;

    private BackendAddress(string host, int port)
    {
        Host = host;
        Port = port;
    }

    /// <summary>Gets the end point, or null when <see cref="Host"/> must be resolved.</summary>
    public EndPoint? EndPoint { get; }

    public string? Host { get; }

    public int Port { get; }

    public static bool TryParse(string text, out BackendAddress address, out string? error)
    {
        address = default;
        error = null;
        if (TransportAddress.TryParse(text, out var endPoint, out var addressError))
        {
            if (endPoint is IPEndPoint { Port: 0 })
            {
                error = $"'{text}': port 0 means \"any free port\" and only listeners may use it; write the port that the backend listens on";
                return false;
            }

            if (endPoint is IPEndPoint ip && AddressOverlap.IsWildcard(ip.Address))
            {
                error = $"'{text}': a wildcard is no place to connect to; write one address, such as 127.0.0.1:{ip.Port}";
                return false;
            }

            address = new BackendAddress(endPoint!);
            return true;
        }

        // A unix path and IPv6 are mended the same way on either side; the rest may be meant as a name here.
        var colon = text.LastIndexOf(':');
        if (text.StartsWith("unix:", StringComparison.Ordinal)
            || text.AsSpan().ContainsAny('[', ']')
            || text.IndexOf(':', StringComparison.Ordinal) != colon)
        {
            error = addressError;
            return false;
        }

        var host = colon < 0 ? text : text[..colon];
        if (ProblemOf(host, colon < 0 ? "" : text[(colon + 1)..], out var port) is { } problem)
        {
            error = $"'{text}': {problem}";
            return false;
        }

        address = new BackendAddress(host, port);
        return true;
    }

    private static string? ProblemOf(string host, string portText, out ushort port)
    {
        port = 0;
        if (host.Length == 0 || (portText.Length == 0 && !host.AsSpan().ContainsAnyExceptInRange('0', '9')))
        {
            var meant = TryParsePort(host + portText, out _) ? host + portText : "8080";
            return $"the address before the port is missing; write 127.0.0.1:{meant}, or name:{meant}";
        }

        if (!LooksLikeName(host) && !(IPAddress.TryParse(host, out var ip) && ip.ToString() == host))
        {
            return $"'{host}' is neither an IP address nor a name; write ip:port (127.0.0.1:8080, say), [v6]:port, name:port or unix:/path";
        }

        if (portText.Length == 0)
        {
            return $"the port is missing; write {host}:8080";
        }

        return TryParsePort(portText, out port)
            ? null
            : $"'{portText}' is not a port; write a number from 1 to 65535";
    }

    private static bool TryParsePort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0;

    private static bool LooksLikeName(ReadOnlySpan<char> host)
    {
        if (host.IsEmpty || host.Length > MaxHostLength)
        {
            return false;
        }

        // A name whose last label is a number is a mistyped IPv4 address; resolvers would read it as one.
        var last = host.TrimEnd('.');
        last = last[(last.LastIndexOf('.') + 1)..];
        if (last.IsEmpty || !last.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        foreach (var c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_'))
            {
                return false;
            }
        }

        return host[0] is not ('-' or '.');
    }
}
