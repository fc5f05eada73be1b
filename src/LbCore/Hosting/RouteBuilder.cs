using System.Collections.Generic;
using System.Linq;
using LbCore.Configuration;
using LbCore.Http;
using LbCore.Routing;

namespace LbCore.Hosting;

/// <summary>Builds the routes of a listener from validated options.</summary>
internal static class RouteBuilder
{
    public static RouteTable Build(ListenerOptions options) =>
        new(options.Routes.Select(Build), string.IsNullOrEmpty(options.Cluster) ? null : options.Cluster);

    private static Route Build(RouteOptions options)
    {
        var prefix = PathOf(options.PathPrefix);
        var isAnswered = options.Redirect is not null || options.Answer is not null;
        return new Route
        {
            Conditions = new RouteConditions(options.Hosts, prefix, PathOf(options.Path), options.Methods, options.Headers.Select(Build)),
            Cluster = isAnswered ? null : options.Cluster,
            Answer = AnswerOf(options, prefix),
            Rewrite = options.Rewrite is { } rewrite ? new RouteRewrite(PathOf(rewrite.StripPrefix), PathOf(rewrite.AddPrefix), rewrite.Host) : null,
            RequestFields = Build(options.RequestHeaders),
            ResponseFields = Build(options.ResponseHeaders),
        };
    }

    private static RouteAnswer? AnswerOf(RouteOptions options, byte[]? prefix)
    {
        var fields = options.ResponseHeaders.Set.AsReadOnly();
        if (options.Redirect is { } redirect)
        {
            _ = RedirectText.TryParse(redirect.To, out var pieces, out _);
            var target = new RedirectTarget([.. pieces.Select(static piece => (PartOf(piece), piece.Text))], prefix);
            return new RouteAnswer(
                redirect.Status, "text/plain", $"{redirect.Status} {ReasonPhrases.Of(redirect.Status)}\n", fields, target);
        }

        return options.Answer is { } answer ? new RouteAnswer(answer.Status, answer.ContentType, answer.Body, fields, location: null) : null;
    }

    private static RedirectPart PartOf(RedirectText.Piece piece) => !piece.IsPlaceholder ? RedirectPart.Text : piece.Text switch
    {
        "host" => RedirectPart.Host,
        "path" => RedirectPart.Path,
        "rest" => RedirectPart.Rest,
        _ => RedirectPart.Query,
    };

    private static HeaderCondition Build(KeyValuePair<string, RouteHeaderOptions> header)
    {
        var (name, asked) = header;
        return asked.Is == HeaderPresence.Absent ? HeaderCondition.Absent(name)
            : asked.Value is { } value ? HeaderCondition.OneOf(name, [value])
            : asked.Values.Count > 0 ? HeaderCondition.OneOf(name, asked.Values)
            : HeaderCondition.Present(name);
    }

    private static FieldEdits? Build(HeaderEditOptions options) =>
        options.Set.Count + options.Remove.Count == 0 ? null : new FieldEdits(options.Set.AsReadOnly(), options.Remove.AsReadOnly());

    private static byte[]? PathOf(string? path) => path is null ? null : PathNormalizer.Encode(path);
}
