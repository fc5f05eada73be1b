using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Http;
using LbCore.Routing;

namespace LbCore.Hosting;

/// <summary>Says what would become of a request, by the code that requests go through. Starts nothing.</summary>
public static class RouteExplainer
{
    /// <summary>Explains one request.</summary>
    /// <param name="listener">The listener that it comes to, in mode http. Its options passed the check.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">The target as a client sends it: <c>/path?query</c>, <c>http://host/path</c>, or <c>*</c>.</param>
    /// <param name="headers">The header fields, each as <c>Name: value</c>, with Host.</param>
    /// <exception cref="ArgumentException">A text has a line break or is not ASCII.</exception>
    public static RouteExplanation Explain(ListenerOptions listener, string method, string target, IReadOnlyList<string> headers) =>
        Explain(listener, method, target, headers, choices: null);

    /// <summary>Explains one request, and how its backend is chosen.</summary>
    /// <param name="options">The options, which passed the check.</param>
    /// <param name="listener">The name of the listener that it comes to, in mode http.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">The target as a client sends it: <c>/path?query</c>, <c>http://host/path</c>, or <c>*</c>.</param>
    /// <param name="headers">The header fields, each as <c>Name: value</c>, with Host.</param>
    /// <param name="client">The address that the connection comes from; null for one without, as on a unix socket.</param>
    /// <param name="extensions">What the options refer to by name beside what is built in.</param>
    /// <exception cref="ArgumentException">A text has a line break or is not ASCII, or there is no such listener.</exception>
    public static RouteExplanation Explain(
        LbCoreOptions options,
        string listener,
        string method,
        string target,
        IReadOnlyList<string> headers,
        IPAddress? client = null,
        LbCoreExtensions? extensions = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Listeners.TryGetValue(listener, out var found))
        {
            throw new ArgumentException($"There is no listener '{listener}'", nameof(listener));
        }

        var strategies = StrategyRegistry.With(extensions is null ? [] : [.. extensions.Strategies]);
        return Explain(found, method, target, headers, new ChoiceExplainer(options, strategies, found, client));
    }

    private static RouteExplanation Explain(
        ListenerOptions listener, string method, string target, IReadOnlyList<string> headers, ChoiceExplainer? choices)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(headers);
        if (headers.Append(method).Append(target).FirstOrDefault(static text => text.AsSpan().ContainsAny('\r', '\n') || !text.All(char.IsAscii)) is { } bad)
        {
            throw new ArgumentException($"'{bad}' has a line break, or a character that is not ASCII; percent-encode it", nameof(headers));
        }

        var lines = string.Concat(headers.Select(static header => header + "\r\n"));
        var bytes = Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\n{lines}\r\n");
        var head = new RequestHead();
        if (RequestParser.Parse(bytes, head, TopologyBuilder.BuildLimits(listener.Limits)) != ParseStatus.Complete
            || UnderscoreRules.Apply(bytes, head, RuleChoices.Of(listener.Underscores)) != ParseStatus.Complete)
        {
            return Refuse(head.Error, path: null);
        }

        var sent = RouteRequest.PathOf(bytes, head);
        var normal = new byte[sent.Length];
        var length = sent.Length;
        var form = PathForm.Kept;
        if (sent[0] == '/')
        {
            form = PathNormalizer.Normalize(sent, normal, out length);
        }
        else
        {
            sent.CopyTo(normal);
        }

        if (form == PathForm.Refused && listener.Routes.Count > 0)
        {
            return Refuse(HttpError.Path, Encoding.ASCII.GetString(sent));
        }

        if (form == PathForm.Refused)
        {
            sent.CopyTo(normal);
            length = sent.Length;
        }

        var path = new RoutedPath(sent, normal.AsSpan(0, length), form, RouteRequest.QueryOf(bytes, head, sent));
        return Explain(listener, new RouteRequest(bytes, head, path.Normal), in path, choices);
    }

    private static RouteExplanation Explain(ListenerOptions listener, in RouteRequest request, in RoutedPath path, ChoiceExplainer? choices)
    {
        var table = RouteBuilder.Build(listener);
        var route = table.Find(in request);
        var misses = new List<string>();
        var index = 0;
        foreach (var other in table.Routes)
        {
            if (ReferenceEquals(other, route))
            {
                break;
            }

            misses.Add(WhyNot(other.Conditions, listener.Routes[index++], in request));
        }

        var cluster = route is null ? table.Otherwise : route.Cluster;
        var host = Encoding.ASCII.GetString(request.Host);
        var shownPath = Encoding.ASCII.GetString(path.Normal);
        if (cluster is null)
        {
            return new RouteExplanation
            {
                Host = host,
                Path = shownPath,
                Misses = misses,
                Route = route is null ? null : index,
                Status = route?.Answer!.Status ?? 404,
                Location = LocationOf(route, in request, in path),
            };
        }

        return new RouteExplanation
        {
            Host = host,
            Path = shownPath,
            Misses = misses,
            Route = route is null ? null : index,
            Cluster = cluster,
            Choice = choices?.Explain(cluster, in request, in path),
            Target = TargetOf(route, in request, in path),
            TargetHost = Encoding.ASCII.GetString(
                route?.Rewrite is { Host.IsEmpty: false } rewrite ? rewrite.Host : request.Head.AuthorityOf(request.Bytes)),
        };
    }

    private static RouteExplanation Refuse(HttpError error, string? path) =>
        new()
    {
        Refusal = error == HttpError.None ? "its head is larger than its limits" : $"{error} ({RefusalMeanings.Of(error)})",
        Status = HttpErrors.StatusOf(error),
        Path = path,
    };

    private static string? LocationOf(Route? route, in RouteRequest request, in RoutedPath path)
    {
        if (route?.Answer?.Location is not { } location)
        {
            return null;
        }

        var room = new byte[location.MaxLength(request.Host, in path)];
        return Encoding.ASCII.GetString(room, 0, location.Write(request.Host, in path, room));
    }

    private static string TargetOf(Route? route, in RouteRequest request, in RoutedPath path)
    {
        if (path.IsNone)
        {
            return "*";
        }

        if (route?.Rewrite is not { ChangesTarget: true } rewrite)
        {
            var target = Encoding.ASCII.GetString(request.Head.PathOf(request.Bytes));
            return target.StartsWith('/') ? target : "/" + target;
        }

        var room = new byte[rewrite.MaxTargetLength(in path)];
        return Encoding.ASCII.GetString(room, 0, rewrite.WriteTarget(in path, room));
    }

    private static string WhyNot(RouteConditions conditions, RouteOptions options, in RouteRequest request) => conditions.Check(in request) switch
    {
        RouteMismatch.Path => options.Path is { } path ? $"the path is not {path}" : $"the path does not begin with {options.PathPrefix}",
        RouteMismatch.Host => request.Host.IsEmpty
            ? $"there is no host, and it is for {Enumerate(options.Hosts)}"
            : $"the host is not {Enumerate(options.Hosts)}",
        RouteMismatch.Method => $"the method is not {Enumerate(options.Methods)}",
        RouteMismatch.Header => WhyNot(conditions.FindUnmetHeader(in request)!.Name, options),
        _ => throw new InvalidOperationException("A route that takes a request comes before the one that was found for it."),
    };

    private static string WhyNot(string name, RouteOptions options)
    {
        var asked = options.Headers[name];
        return asked.Is == HeaderPresence.Absent ? $"the field {name} is there"
            : asked.Value is { } value ? $"the field {name} is not '{value}'"
            : asked.Values.Count > 0 ? $"the field {name} is not {Enumerate(asked.Values.Select(static value => $"'{value}'"))}"
            : $"the field {name} is not there";
    }

    private static string Enumerate(IEnumerable<string> texts) => string.Join(" or ", texts);
}
