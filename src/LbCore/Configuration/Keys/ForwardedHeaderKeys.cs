namespace LbCore.Configuration.Keys;

/// <summary>The keys about forwarding fields.</summary>
internal static class ForwardedHeaderKeys
{
    public static OptionTable<ForwardedHeadersOptions> Table() => new(
        static () => new ForwardedHeadersOptions(),
        new WordKey<ForwardedHeadersOptions, ForwardedHeaderMode>(
            "xForwardedFor",
            "`X-Forwarded-For`, the list of addresses. `append`: a trusted sender's list is kept in front; `set`: only ours; `off`: none of ours.",
            static o => o.XForwardedFor,
            static (o, v) => o.XForwardedFor = v),
        new WordKey<ForwardedHeadersOptions, ForwardedHeaderMode>(
            "xForwardedProto",
            "`X-Forwarded-Proto`, `http` or `https`. `append` keeps a trusted sender's instead of ours.",
            static o => o.XForwardedProto,
            static (o, v) => o.XForwardedProto = v),
        new WordKey<ForwardedHeadersOptions, ForwardedHeaderMode>(
            "xForwardedHost",
            "`X-Forwarded-Host`, the host that the client asked for.",
            static o => o.XForwardedHost,
            static (o, v) => o.XForwardedHost = v),
        new WordKey<ForwardedHeadersOptions, ForwardedHeaderMode>(
            "xForwardedPort",
            "`X-Forwarded-Port`, the port that the client connected to.",
            static o => o.XForwardedPort,
            static (o, v) => o.XForwardedPort = v),
        new WordKey<ForwardedHeadersOptions, ForwardedHeaderMode>(
            "xRealIp",
            "`X-Real-IP`, the one address.",
            static o => o.XRealIp,
            static (o, v) => o.XRealIp = v),
        new WordKey<ForwardedHeadersOptions, ForwardedHeaderMode>(
            "forwarded",
            "`Forwarded` with `for`, `proto` and `host` (RFC 7239).",
            static o => o.Forwarded,
            static (o, v) => o.Forwarded = v),
        new WordKey<ForwardedHeadersOptions, ForwardedHeaderMode>(
            "via",
            "`Via` of requests and responses. `append` keeps everybody's.",
            static o => o.Via,
            static (o, v) => o.Via = v),
        new WordKey<ForwardedHeadersOptions, ForwardedHeaderMode>(
            "xRequestId",
            "`X-Request-Id`: 32 hexadecimal digits of ours. `append` keeps a trusted sender's instead.",
            static o => o.XRequestId,
            static (o, v) => o.XRequestId = v),
        new WordKey<ForwardedHeadersOptions, ClientAddressField>(
            "clientAddress",
            "Where a trusted sender tells the client's address, for strategies and stickiness that go by it. Name the one that the proxies write.",
            static o => o.ClientAddress,
            static (o, v) => o.ClientAddress = v),
        new TextsKey<ForwardedHeadersOptions>(
            "trusted",
            "a list of addresses, networks, or `unix`",
            "10.0.0.0/8",
            "The senders whose forwarding fields are believed. Those of anybody else are dropped.",
            static o => o.Trusted));
}
