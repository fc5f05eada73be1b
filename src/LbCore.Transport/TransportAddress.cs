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

    // sun_path holds 108 bytes including the closing NUL (unix(7)).
    private const int MaxUnixPathBytes = 107;

    /// <summary>Reads an address. <c>*:port</c> becomes IPv6 any, which listens on both stacks.</summary>
    /// <param name="text">The text; names are not resolved here.</param>
    /// <param name="endPoint">The address, when the result is true.</param>
    /// <param name="error">What is wrong and how to mend it, when the result is false.</param>
    public static bool TryParse(string text, out EndPoint? endPoint, out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        endPoint = null;
        error = null;
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            var path = text[UnixPrefix.Length..];
            if (path.Length == 0 || Encoding.UTF8.GetByteCount(path) > MaxUnixPathBytes || path.Contains('\0', StringComparison.Ordinal))
            {
                error = $"'{text}': a unix socket path has 1 to {MaxUnixPathBytes} bytes; write unix:/run/app.sock";
                return false;
            }

            endPoint = new UnixDomainSocketEndPoint(path);
            return true;
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0)
        {
            error = $"'{text}': the port is missing; write ip:port, [v6]:port, *:port or unix:/path";
            return false;
        }

        var host = text[..colon];
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            error = $"'{text}': '{text[(colon + 1)..]}' is not a port; write a number from 0 to 65535";
            return false;
        }

        if (host == "*")
        {
            endPoint = new IPEndPoint(IPAddress.IPv6Any, port);
            return true;
        }

        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!bracketed && host.Contains(':', StringComparison.Ordinal))
        {
            error = $"'{text}': an IPv6 address goes in brackets; write [{host}]:{port}";
            return false;
        }

        // IPAddress.TryParse also takes "1" and "0x7f.1"; only four plain decimal parts are an IPv4 address here.
        if (!IPAddress.TryParse(bracketed ? host[1..^1] : host, out var address)
            || (address.AddressFamily == AddressFamily.InterNetworkV6) != bracketed
            || (!bracketed && address.ToString() != host))
        {
            error = $"'{text}': '{host}' is not an IP address; write ip:port, [v6]:port, *:port or unix:/path";
            return false;
        }

        endPoint = new IPEndPoint(address, port);
        return true;
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
}
