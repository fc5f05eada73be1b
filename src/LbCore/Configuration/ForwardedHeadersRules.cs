using System;
using System.Collections.Generic;
using System.Globalization;

namespace LbCore.Configuration;

/// <summary>Checks the options about forwarding fields, names with underscores and error answers.</summary>
internal static class ForwardedHeadersRules
{
    private static readonly (string Key, Func<ForwardedHeadersOptions, ForwardedHeaderMode> Get)[] Fields =
    [
        ("xForwardedFor", static o => o.XForwardedFor),
        ("xForwardedProto", static o => o.XForwardedProto),
        ("xForwardedHost", static o => o.XForwardedHost),
        ("xForwardedPort", static o => o.XForwardedPort),
        ("xRealIp", static o => o.XRealIp),
        ("forwarded", static o => o.Forwarded),
        ("via", static o => o.Via),
        ("xRequestId", static o => o.XRequestId),
    ];

    public static IEnumerable<ConfigurationError> Check(string path, ListenerOptions listener)
    {
        if (!Enum.IsDefined(listener.Underscores))
        {
            yield return new ConfigurationError(path + ".underscores", $"{(int)listener.Underscores} cannot be its value; use keep, drop or reject");
        }

        if (!Enum.IsDefined(listener.Errors.Format))
        {
            yield return new ConfigurationError(path + ".errors.format", $"{(int)listener.Errors.Format} cannot be its value; use negotiate, plain, html or json");
        }

        path += ".forwardedHeaders";
        foreach (var (key, get) in Fields)
        {
            if (!Enum.IsDefined(get(listener.ForwardedHeaders)))
            {
                yield return new ConfigurationError($"{path}.{key}", $"{(int)get(listener.ForwardedHeaders)} cannot be its value; use append, set or off");
            }
        }

        if (!Enum.IsDefined(listener.ForwardedHeaders.ClientAddress))
        {
            yield return new ConfigurationError(
                path + ".clientAddress", $"{(int)listener.ForwardedHeaders.ClientAddress} cannot be its value; use xForwardedFor, forwarded or xRealIp");
        }

        for (var i = 0; i < listener.ForwardedHeaders.Trusted.Count; i++)
        {
            if (!TrustedSenders.TryParse(listener.ForwardedHeaders.Trusted[i], out _, out var error))
            {
                yield return new ConfigurationError(string.Create(CultureInfo.InvariantCulture, $"{path}.trusted[{i}]"), error!);
            }
        }
    }
}
