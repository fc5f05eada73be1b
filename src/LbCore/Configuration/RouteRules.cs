using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using LbCore.Http;

namespace LbCore.Configuration;

/// <summary>Checks the routes of one listener.</summary>
internal sealed class RouteRules
{
    public const int MaxRoutes = 5000;

    private const int MaxBody = 64 * 1024;

    // Of names and of IPv4 addresses, and of IPv6 addresses in brackets.
    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.[:]");

    private readonly Action<string, string> _add;
    private readonly Action<string, string> _checkCluster;

    /// <param name="add">Takes a path and what is wrong there.</param>
    /// <param name="checkCluster">Checks that there is a cluster of a name, for a path.</param>
    public RouteRules(Action<string, string> add, Action<string, string> checkCluster)
    {
        _add = add;
        _checkCluster = checkCluster;
    }

    public void Check(string path, IList<RouteOptions> routes)
    {
        if (routes.Count > MaxRoutes)
        {
            _add(path, $"there are {routes.Count} routes; a listener has {MaxRoutes} at most");
            return;
        }

        var covers = new RouteCovers();
        for (var i = 0; i < routes.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (routes[i] is not { } route)
            {
                _add(at, "it is null; set what it matches and its cluster");
                continue;
            }

            CheckConditions(at, route);
            CheckAction(at, route);
            if (covers.Find(route) is >= 0 and var earlier)
            {
                _add(at, $"it never takes a request: routes[{earlier}] takes all of them before it; move it before that one, or leave it out");
            }
            else if (route.Redirect is { } redirect && RedirectText.TryParse(redirect.To, out _, out _) && RouteOverlap.LeadsToItself(routes, i, redirect.To))
            {
                _add(at + ".redirect.to", $"'{redirect.To}' leads to this route again, in a circle; redirect to another path or host, or put a route for it before this one");
            }

            covers.Add(i, route);
        }
    }

    private void CheckConditions(string path, RouteOptions route)
    {
        foreach (var host in route.Hosts.Where(static host => !IsHost(host)))
        {
            _add(path + ".hosts", $"'{host}' is no host; write a name such as www.example.com, or *.example.com for all below one, without a port");
        }

        CheckPath(path + ".pathPrefix", route.PathPrefix);
        CheckPath(path + ".path", route.Path);
        if (route.PathPrefix is not null && route.Path is not null)
        {
            _add(path + ".path", "it is beside pathPrefix; keep one of them");
        }

        foreach (var method in route.Methods)
        {
            if (!HeaderEditRules.IsToken(method))
            {
                _add(path + ".methods", $"'{method}' is no method; write names such as GET");
            }
            else if (HttpMethods.Find(Encoding.ASCII.GetBytes(method)) == HttpMethod.Other
                && HttpMethods.Find(Encoding.ASCII.GetBytes(method.ToUpperInvariant())) != HttpMethod.Other)
            {
                _add(path + ".methods", $"'{method}' is not {method.ToUpperInvariant()}: methods have their case; write {method.ToUpperInvariant()}");
            }
            else if (method == "CONNECT")
            {
                _add(path + ".methods", "CONNECT is refused before any route; leave it out");
            }
        }

        CheckHeaders(path + ".headers", route.Headers);
    }

    private void CheckHeaders(string path, IDictionary<string, RouteHeaderOptions> headers)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, asked) in headers)
        {
            var at = $"{path}.{name}";
            if (!HeaderEditRules.IsToken(name))
            {
                _add(at, $"'{name}' is no name of a header field; write one such as X-Env");
            }
            else if (!names.Add(name))
            {
                _add(at, "it is there in another case, too, and names of fields have none; write one, with a list of values");
            }

            if (asked is null)
            {
                _add(at, "it is null; write a value, or { \"is\": \"present\" }");
                continue;
            }

            if (!Enum.IsDefined(asked.Is))
            {
                _add(at + ".is", $"{(int)asked.Is} is no presence; use present or absent");
            }

            if (asked.Value is not null && asked.Values.Count > 0)
            {
                _add(at + ".values", "it is beside value; keep one of them");
            }

            if (asked.Is == HeaderPresence.Absent && (asked.Value is not null || asked.Values.Count > 0))
            {
                _add(at + ".is", "a field that is absent has no value; leave the values out, or write present");
            }

            foreach (var value in asked.Values.Append(asked.Value ?? "").Where(static value => !HeaderEditRules.IsValue(value)))
            {
                _add(at, $"'{value}' is no value of a header field; leave control characters out, and spaces at its ends");
            }
        }
    }

    private void CheckAction(string path, RouteOptions route)
    {
        var actions = new[]
        {
            string.IsNullOrEmpty(route.Cluster) ? null : "cluster",
            route.Redirect is null ? null : "redirect",
            route.Answer is null ? null : "answer",
        }.OfType<string>().ToList();
        if (actions.Count > 1)
        {
            _add($"{path}.{actions[1]}", $"it is beside {actions[0]}; a route has one of cluster, redirect and answer");
        }
        else if (actions.Count == 0)
        {
            _add(path + ".cluster", "it is missing; name the cluster that serves what matches, or write redirect or answer");
        }

        if (!string.IsNullOrEmpty(route.Cluster))
        {
            _checkCluster(path + ".cluster", route.Cluster);
        }

        var edits = new HeaderEditRules(_add);
        edits.CheckRequest(path + ".requestHeaders", route.RequestHeaders);
        edits.CheckResponse(path + ".responseHeaders", route.ResponseHeaders);
        CheckRedirect(path + ".redirect", route);
        CheckAnswer(path + ".answer", route.Answer);
        CheckRewrite(path + ".rewrite", route);
        if (route.Redirect is not null || route.Answer is not null)
        {
            CheckNoBackend(path, route);
        }
    }

    private void CheckNoBackend(string path, RouteOptions route)
    {
        if (route.Rewrite is not null)
        {
            _add(path + ".rewrite", "nothing goes to a backend here; leave it out");
        }

        if (route.RequestHeaders.Set.Count + route.RequestHeaders.Remove.Count > 0)
        {
            _add(path + ".requestHeaders", "nothing goes to a backend here; leave it out");
        }

        if (route.ResponseHeaders.Remove.Count > 0)
        {
            _add(path + ".responseHeaders.remove", "no backend answers here, so there is nothing to remove; leave it out");
        }

        foreach (var name in route.ResponseHeaders.Set.Keys.Where(static name => name.Equals("Location", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
        {
            _add($"{path}.responseHeaders.set.{name}", "the answer has one already; write redirect.to or answer.contentType");
        }
    }

    private void CheckRedirect(string path, RouteOptions route)
    {
        if (route.Redirect is not { } redirect)
        {
            return;
        }

        if (redirect.Status is not (301 or 302 or 303 or 307 or 308))
        {
            _add(path + ".status", $"{redirect.Status} is no redirect; use 301, 302, 303, 307 or 308");
        }

        if (!RedirectText.TryParse(redirect.To, out var pieces, out var error))
        {
            _add(path + ".to", error!);
        }
        else if (route.PathPrefix is null && pieces.Exists(static piece => piece is { IsPlaceholder: true, Text: "rest" }))
        {
            _add(path + ".to", "{rest} is what is behind pathPrefix, which this route does not have; set it, or write {path}");
        }
    }

    private void CheckAnswer(string path, AnswerOptions? answer)
    {
        if (answer is null)
        {
            return;
        }

        var body = answer.Body ?? "";
        if (answer.Status is < 200 or > 599 or (>= 300 and < 400) or 205 or 206)
        {
            _add(path + ".status", answer.Status is >= 300 and < 400
                ? $"{answer.Status} leads elsewhere; write redirect instead of answer"
                : $"{answer.Status} cannot be answered here; use 200 to 299 or 400 to 599, but not 205 or 206");
        }
        else if (answer.Status == 204 && body.Length > 0)
        {
            _add(path + ".body", "204 has no body; leave it out, or use 200");
        }

        if (Encoding.UTF8.GetByteCount(body) > MaxBody)
        {
            _add(path + ".body", $"it has more than {ByteSize.Format(MaxBody)}; serve it from a backend");
        }

        if (string.IsNullOrWhiteSpace(answer.ContentType) || !HeaderEditRules.IsValue(answer.ContentType))
        {
            _add(path + ".contentType", $"'{answer.ContentType}' is no media type; write one such as text/plain; charset=utf-8");
        }
    }

    private void CheckRewrite(string path, RouteOptions route)
    {
        if (route.Rewrite is not { } rewrite)
        {
            return;
        }

        CheckPath(path + ".stripPrefix", rewrite.StripPrefix);
        CheckPath(path + ".addPrefix", rewrite.AddPrefix);
        if (rewrite.StripPrefix is { } strip && !RouteOverlap.IsPrefix(strip, route.PathPrefix ?? route.Path))
        {
            _add(path + ".stripPrefix", $"not every path here begins with '{strip}'; set pathPrefix to it, or to something below it");
        }

        if (rewrite.Host is { } host && !HostRules.IsHostAndPort(Encoding.UTF8.GetBytes(host)))
        {
            _add(path + ".host", $"'{host}' is no host; write a name or an address, with or without a port");
        }
    }

    private void CheckPath(string path, string? value)
    {
        if (value is null)
        {
            return;
        }

        if (!value.StartsWith('/') || value.Any(static c => c is '?' or '#' or <= ' ' or (char)0x7F))
        {
            _add(path, $"'{value}' is no path; begin it with '/', and leave out '?', '#' and spaces");
            return;
        }

        var encoded = PathNormalizer.Encode(value);
        var normal = new byte[encoded.Length];
        if (PathNormalizer.Normalize(encoded, normal, out var length) == PathForm.Refused)
        {
            _add(path, $"'{value}' is no path: it climbs above the root, or a '%' has no two hexadecimal digits; write the path itself, and %25 for a '%'");
        }
        else if (!encoded.AsSpan().SequenceEqual(normal.AsSpan(0, length)))
        {
            _add(path, $"'{value}' is never met, since paths are compared in their normal form; write '{Encoding.ASCII.GetString(normal, 0, length)}'");
        }
    }

    private static bool IsHost(string? host)
    {
        var name = host.AsSpan();
        if (name.StartsWith("*."))
        {
            name = name[2..];
        }

        // Colons are an IPv6 address's, or a port's, which does not belong here.
        return name.Length > 0 && !name.ContainsAnyExcept(HostCharacters) && name[0] != '.' && name[^1] != '.'
            && (!name.Contains(':') || (name[0] == '[' && name[^1] == ']'));
    }
}
