namespace LbCore.Configuration.Keys;

/// <summary>The keys of a route.</summary>
internal static class RouteKeys
{
    /// <summary>Gets the keys of one route.</summary>
    public static OptionTable<RouteOptions> Table { get; } = new(
        static () => new RouteOptions(),
        new TextsKey<RouteOptions>(
            "hosts", "a list of names, or `*.name`", "*.example.com", "The hosts, without case or port. Without it, any.", static o => o.Hosts),
        new TextKey<RouteOptions>(
            "pathPrefix",
            "a path",
            "/api",
            "How the path begins, by whole segments: `/api` takes `/api` and `/api/x`, not `/apix`. Without it, any.",
            static o => o.PathPrefix,
            static (o, v) => o.PathPrefix = v),
        new TextKey<RouteOptions>(
            "path", "a path", "/login", "The whole path, instead of `pathPrefix`.", static o => o.Path, static (o, v) => o.Path = v),
        new TextsKey<RouteOptions>(
            "methods", "a list of methods", "GET", "The methods, with their case. Without it, any. `GET` does not include `HEAD`.", static o => o.Methods),
        new MapKey<RouteOptions, RouteHeaderOptions>(
            "headers", "field", "What is asked of header fields; all of it must hold.", Headers(), static o => o.Headers, shortFormOf: "value"),
        new TextKey<RouteOptions>(
            "cluster",
            "a cluster's name",
            "app",
            "The cluster that serves what matches. Each route has one of `cluster`, `redirect` and `answer`.",
            static o => o.Cluster,
            static (o, v) => o.Cluster = v ?? ""),
        new OptionalSectionKey<RouteOptions, RedirectOptions>(
            "redirect", "Redirects what matches.", Redirect(), static o => o.Redirect, static (o, v) => o.Redirect = v),
        new OptionalSectionKey<RouteOptions, AnswerOptions>(
            "answer", "Answers what matches, without a backend.", Answer(), static o => o.Answer, static (o, v) => o.Answer = v),
        new OptionalSectionKey<RouteOptions, RewriteOptions>(
            "rewrite",
            "How the path and the host change on the way to the backend.",
            Rewrite(),
            static o => o.Rewrite,
            static (o, v) => o.Rewrite = v),
        new SectionKey<RouteOptions, HeaderEditOptions>(
            "requestHeaders", "Which header fields change on the way to the backend.", Edits("Fields to set in the request.", "X-Env"), static o => o.RequestHeaders),
        new SectionKey<RouteOptions, HeaderEditOptions>(
            "responseHeaders",
            "Which header fields change on the way to the client.",
            Edits("Fields to set in the response, also in that of a redirect or an answer.", "X-Frame-Options"),
            static o => o.ResponseHeaders));

    private static OptionTable<RouteHeaderOptions> Headers() => new(
        static () => new RouteHeaderOptions(),
        new TextKey<RouteHeaderOptions>(
            "value",
            "a text",
            "beta",
            "The field's value, with its case. Of a field that is repeated, one line must have it. Without it, any.",
            static o => o.Value,
            static (o, v) => o.Value = v),
        new TextsKey<RouteHeaderOptions>(
            "values", "a list of texts", "beta", "The values of which the field must have one, instead of `value`.", static o => o.Values),
        new WordKey<RouteHeaderOptions, HeaderPresence>(
            "is", "Whether the field must be there.", static o => o.Is, static (o, v) => o.Is = v));

    private static OptionTable<RedirectOptions> Redirect() => new(
        static () => new RedirectOptions(),
        new NumberKey<RedirectOptions>(
            "status", 301, 308, "The status: 301, 302, 303, 307 or 308.", static o => o.Status, static (o, v) => o.Status = v),
        new TextKey<RedirectOptions>(
            "to",
            "`https://…` or `/…`",
            "https://{host}{path}{query}",
            "The Location. `{host}` is the request's without a port, `{path}` its path, `{rest}` what is behind `pathPrefix`, `{query}` the query with its `?`. Required.",
            static o => o.To,
            static (o, v) => o.To = v ?? ""));

    private static OptionTable<AnswerOptions> Answer() => new(
        static () => new AnswerOptions(),
        new NumberKey<AnswerOptions>(
            "status", 200, 599, "The status: 200 to 299 or 400 to 599, but not 205 or 206.", static o => o.Status, static (o, v) => o.Status = v),
        new TextKey<AnswerOptions>(
            "body", "a text, at most 64 KiB", "gone", "The body, sent as UTF-8. Without it, none.", static o => o.Body, static (o, v) => o.Body = v ?? ""),
        new TextKey<AnswerOptions>(
            "contentType",
            "a media type",
            "text/html; charset=utf-8",
            "What the body is.",
            static o => o.ContentType,
            static (o, v) => o.ContentType = v ?? ""));

    private static OptionTable<RewriteOptions> Rewrite() => new(
        static () => new RewriteOptions(),
        new TextKey<RewriteOptions>(
            "stripPrefix",
            "a path",
            "/api",
            "What is taken from the path's beginning: `pathPrefix`, or whole segments of it.",
            static o => o.StripPrefix,
            static (o, v) => o.StripPrefix = v),
        new TextKey<RewriteOptions>(
            "addPrefix",
            "a path",
            "/v2",
            "What is put before the path, after `stripPrefix` was taken from it.",
            static o => o.AddPrefix,
            static (o, v) => o.AddPrefix = v),
        new TextKey<RewriteOptions>(
            "host",
            "a host, with or without a port",
            "app.internal",
            "The Host field that the backend gets. Without it, the client's.",
            static o => o.Host,
            static (o, v) => o.Host = v));

    private static OptionTable<HeaderEditOptions> Edits(string toSet, string example) => new(
        static () => new HeaderEditOptions(),
        new TextMapKey<HeaderEditOptions>(
            "set", "texts by name", $"\"{example}\": \"value\"", $"{toSet} They replace what is there.", static o => o.Set),
        new TextsKey<HeaderEditOptions>(
            "remove", "a list of names", example, "Fields to remove.", static o => o.Remove));
}
