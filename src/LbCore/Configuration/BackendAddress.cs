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

            if (endPoint is IPEndPoint ip && (ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any)))
            {
                error = $"'{text}': a wildcard is no place to connect to; write one address, such as 127.0.0.1:{ip.Port}";
                return false;
            }

            address = new BackendAddress(endPoint!);
            return true;
        }

        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text.AsSpan(0, colon) : default;
        if (!LooksLikeName(host))
        {
            error = addressError!.Replace("*:port", "name:port", StringComparison.Ordinal);
            return false;
        }

        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, null, out var port) || port == 0)
        {
            error = $"'{text}': '{text[(colon + 1)..]}' is not a port; write a number from 1 to 65535";
            return false;
        }

        address = new BackendAddress(host.ToString(), port);
        return true;
    }

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
