using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore explain</c>: says which route takes a request and why no earlier one does. Starts nothing, and sends nothing.</summary>
internal sealed class ExplainCommand
{
    public const string Example = "lbcore explain -c lbcore.json --client 10.0.0.7 GET http://www.example.com/api/orders";

    private readonly FileOptions _file = new();

    private readonly Option<string[]> _listener = TextOption.One(
        "--listener", "name", "The listener that the request comes to. Needed when there are several in mode http.");

    private readonly Option<string[]> _method = TextOption.One("--method", "method", "The request's method. [default: GET]", "-X");

    private readonly Option<string[]> _header = TextOption.One(
        "--header", "name: value", "A header field of the request. May be given several times.", "-H");

    private readonly Option<string[]> _client = TextOption.One(
        "--client", "address", "The address that the request comes from. Without it, strategies that choose by it say that there is none.");

    private readonly Option<string[]> _cookie = TextOption.One(
        "--cookie", "name=value", "A cookie of the request. May be given several times.", "-b");

    private readonly Argument<string[]> _url = new("url")
    {
        Description = "What is asked for: http://host/path, or /path.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private ExplainCommand()
    {
    }

    public static Command Create()
    {
        var explain = new ExplainCommand();
        var command = new Command("explain", "Say which route takes a request, and why no earlier one does. Starts nothing, and sends nothing.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        explain._file.AddTo(command);
        command.Add(explain._listener);
        command.Add(explain._method);
        command.Add(explain._header);
        command.Add(explain._client);
        command.Add(explain._cookie);
        command.Add(explain._url);
        command.SetAction(explain.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var reader = new OptionReader(parsed, takesArguments: true);
        var headers = reader.Texts(_header).ToList();
        headers.AddRange(reader.Texts(_cookie).Select(static cookie => "Cookie: " + cookie));
        var client = ReadClient(reader);
        var listenerName = reader.Text(_listener);
        var urls = parsed.GetResult(_url)?.Tokens.Select(static token => token.Value).Where(static url => !url.StartsWith('-')).ToList() ?? [];

        // As it stands in a request's first line: lbcore explain GET /path.
        var leadingMethod = urls.Count == 2 && urls[0].All(char.IsAsciiLetterUpper) ? urls[0] : null;
        var method = reader.Text(_method) ?? leadingMethod ?? "GET";
        if (leadingMethod is not null)
        {
            urls.RemoveAt(0);
            if (method != leadingMethod)
            {
                reader.Add($"the method is given twice, as {method} and {leadingMethod}; write one of them");
            }
        }

        CheckTexts(reader, method, headers);
        var target = ReadUrl(reader, urls, headers);
        var options = _file.Read(reader);
        if (reader.Errors.Count > 0)
        {
            return await UsageErrors.WriteAsync(reader.Errors, "lbcore explain --help").ConfigureAwait(false);
        }

        var errors = LoadBalancer.Check(options);
        if (errors.Count > 0)
        {
            return await ConfigurationErrorOutput.WriteAsync(errors, static _ => null).ConfigureAwait(false);
        }

        if (FindListener(options, listenerName, out var name) is { } error)
        {
            return await UsageErrors.WriteAsync([error], "lbcore explain --help").ConfigureAwait(false);
        }

        var listener = options.Listeners[name];
        var explanation = RouteExplainer.Explain(options, name, method, target!, headers, client);
        await Console.Out.WriteAsync(Describe(name, listener, explanation)).ConfigureAwait(false);
        return ExitCode.Fine;
    }

    private IPAddress? ReadClient(OptionReader reader)
    {
        if (reader.Text(_client) is not { } text)
        {
            return null;
        }

        // 7 and 010.0.0.7 are addresses, too, but not those that anybody means.
        if (!IPAddress.TryParse(text, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != text))
        {
            reader.Add($"--client: '{text}' is no address; write one such as 10.0.0.7 or 2001:db8::7");
        }

        return address;
    }

    private static void CheckTexts(OptionReader reader, string method, List<string> headers)
    {
        foreach (var header in headers.Where(static header => header.IndexOf(':', StringComparison.Ordinal) < 1))
        {
            reader.Add($"--header: '{header}' is no header field; write a name, a colon and a value, such as 'X-Env: beta'");
        }

        foreach (var text in headers.Append(method).Where(static text => text.Any(static c => char.IsControl(c) || !char.IsAscii(c))))
        {
            reader.Add($"'{text}' has a character that cannot be in a request; leave out line breaks, and what is not ASCII");
        }
    }

    /// <summary>Returns the target, and adds the URL's host as Host unless one was given.</summary>
    private static string? ReadUrl(OptionReader reader, List<string> urls, List<string> headers)
    {
        if (urls.Count != 1)
        {
            reader.Add(urls.Count == 0
                ? $"the URL is missing; write what is asked for, such as {Example}"
                : $"'{urls[1]}' is one URL too many; ask about one at a time");
            return null;
        }

        var url = urls[0];
        if (url.Any(static c => c is <= ' ' or > '~' or '#'))
        {
            reader.Add($"'{url}' has a character that no request's target has; percent-encode it, and leave '#' out");
            return null;
        }

        var hasHost = headers.Exists(static header => header.StartsWith("Host:", StringComparison.OrdinalIgnoreCase));
        var scheme = Array.Find(["http://", "https://"], scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
        if (scheme is null)
        {
            if (!url.StartsWith('/') && url != "*")
            {
                reader.Add($"'{url}' is no URL; write http://{url}, or a path that begins with '/'");
                return null;
            }

            if (!hasHost)
            {
                headers.Insert(0, "Host: localhost");
            }

            return url;
        }

        var rest = url[scheme.Length..];
        var end = rest.AsSpan().IndexOfAny('/', '?');
        var host = end < 0 ? rest : rest[..end];
        if (host.Length == 0)
        {
            reader.Add($"'{url}' has no host; write one, such as {scheme}www.example.com/");
            return null;
        }

        if (!hasHost)
        {
            headers.Insert(0, "Host: " + host);
        }

        // What clients send: the path, which is never empty.
        var target = end < 0 ? "/" : rest[end..];
        return target[0] == '/' ? target : "/" + target;
    }

    private static string? FindListener(LbCoreOptions options, string? wanted, out string name)
    {
        var names = options.Listeners.Where(static listener => listener.Value.Mode == ListenerMode.Http).Select(static listener => listener.Key).ToList();
        name = wanted ?? names.FirstOrDefault() ?? "";
        return names.Count == 0 ? "there is no listener in mode http, and others have no routes"
            : wanted is null && names.Count > 1 ? $"there are several listeners; write --listener {string.Join(" or --listener ", names)}"
            : !names.Contains(name) ? $"--listener: there is no listener '{name}' in mode http; {Choice.Of(names)}{Choice.Meant(name, names)}"
            : null;
    }

    private static string Describe(string name, ListenerOptions listener, RouteExplanation explanation)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"listener {name}\n");
        if (explanation.Refusal is { } refusal)
        {
            return text.Append(CultureInfo.InvariantCulture, $"refused before any route: {refusal}\nanswer   {explanation.Status}\n").ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"host     {explanation.Host}\npath     {explanation.Path}\n");
        for (var i = 0; i < explanation.Misses.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"routes[{i}] no: {explanation.Misses[i]}\n");
        }

        var route = explanation.Route is { } index ? listener.Routes[index] : null;
        text.Append(route is not null ? $"routes[{explanation.Route}] takes it\n"
            : explanation.Cluster is not null ? "no route takes it: the listener's own cluster does\n"
            : "no route takes it, and the listener has no cluster of its own\n");
        if (explanation.Cluster is null)
        {
            text.Append(CultureInfo.InvariantCulture, $"answer   {explanation.Status}\n");
            Append(text, "location", explanation.Location);
        }
        else
        {
            Append(text, "cluster ", explanation.Cluster);
            Append(text, "target  ", explanation.Target);
            Append(text, "Host    ", explanation.TargetHost);
            AppendChoice(text, explanation.Choice!);
        }

        if (route is not null)
        {
            AppendEdits(text, "request ", route.RequestHeaders);
            AppendEdits(text, "response", route.ResponseHeaders);
        }

        return text.ToString();
    }

    private static void AppendChoice(StringBuilder text, ChoiceExplanation choice)
    {
        Append(text, "strategy", choice.Key == "none" ? choice.Strategy : $"{choice.Strategy}, by {choice.Key}{(choice.HasKey ? "" : ", which the request does not have")}");
        foreach (var candidate in choice.Candidates)
        {
            Append(text, "backend ", candidate.Exclusion is { } exclusion ? $"{candidate.Name} no: {exclusion}" : $"{candidate.Name} may be chosen, weight {candidate.Weight}");
        }

        foreach (var step in choice.Steps)
        {
            Append(text, "because ", step);
        }

        if (choice.Candidates.All(static candidate => candidate.Exclusion is not null))
        {
            Append(text, "answer  ", "503, for no backend takes anything new");
        }

        Append(text, "choice  ", choice.Backend);
    }

    private static void AppendEdits(StringBuilder text, string what, HeaderEditOptions edits)
    {
        foreach (var (name, value) in edits.Set)
        {
            Append(text, what, $"set {name}: {value}");
        }

        foreach (var name in edits.Remove)
        {
            Append(text, what, $"remove {name}");
        }
    }

    private static void Append(StringBuilder text, string what, string? value)
    {
        if (value is not null)
        {
            text.Append(what).Append(' ').Append(value).Append('\n');
        }
    }
}
