using LbCore.Transport;

namespace LbCore.Configuration.Keys;

/// <summary>All keys of the configuration.</summary>
internal static class LbCoreKeys
{
    private const string Address = "127.0.0.1:8080";

    /// <summary>Gets the keys of the whole.</summary>
    public static OptionTable<LbCoreOptions> Root { get; } = new(
        static () => new LbCoreOptions(),
        new MapKey<LbCoreOptions, ListenerOptions>(
            "listeners", "listener", "Where to listen, and what to do with what arrives.", Listeners(), static o => o.Listeners),
        new MapKey<LbCoreOptions, ClusterOptions>(
            "clusters", "cluster", "Groups of interchangeable backends.", Clusters(), static o => o.Clusters),
        new WordKey<LbCoreOptions, EngineKind>(
            "engine", "The transport. `auto` is the best that this system offers.", static o => o.Engine, static (o, v) => o.Engine = v),
        new NumberKey<LbCoreOptions>(
            "loops", 1, 256, "How many event loops run. Without it, one per processor.", static o => o.Loops, static (o, v) => o.Loops = v),
        new DurationKey<LbCoreOptions>(
            "shutdownTimeout",
            "0s to 1d",
            "How long stopping waits for open connections before it aborts them.",
            static o => o.ShutdownTimeout,
            static (o, v) => o.ShutdownTimeout = v),
        new SectionKey<LbCoreOptions, AccessLogOptions>(
            "accessLog", "A line for each request, and for each connection in mode tcp.", AccessLog(), static o => o.AccessLog),
        new LaterKey<LbCoreOptions>("admin", "The admin API."),
        new EditorKey<LbCoreOptions>("$schema", "Where editors find the schema, which `lbcore schema` prints. Not used otherwise."));

    private static OptionTable<AccessLogOptions> AccessLog() => new(
        static () => new AccessLogOptions(),
        new TextKey<AccessLogOptions>(
            "path",
            "a path, or `-`",
            "access.log",
            "The file that lines are appended to, from the working directory; `-` is standard output. Without it, no access log.",
            static o => o.Path,
            static (o, v) => o.Path = v),
        new WordKey<AccessLogOptions, AccessLogFormat>(
            "format", "How lines look: as those of nginx and Apache, or JSON.", static o => o.Format, static (o, v) => o.Format = v),
        new SizeKey<AccessLogOptions>(
            "bufferBytes",
            "64KiB to 256MiB",
            "How much may wait for the file, for each loop. Lines beyond are dropped and counted.",
            static o => o.BufferBytes,
            static (o, v) => o.BufferBytes = (int)v));

    private static OptionTable<ListenerOptions> Listeners() => new(
        static () => new ListenerOptions(),
        new TextKey<ListenerOptions>(
            "address",
            "ip:port, [v6]:port, *:port, unix:/path",
            Address,
            "The address to listen on. Port 0 picks a free one. Required.",
            static o => o.Address,
            static (o, v) => o.Address = v ?? ""),
        new WordKey<ListenerOptions, ListenerMode>(
            "mode", "What is balanced: HTTP requests, or connections with their bytes as they are.", static o => o.Mode, static (o, v) => o.Mode = v),
        new TextKey<ListenerOptions>(
            "cluster",
            "a cluster's name",
            "app",
            "The cluster that serves what no route takes. Required, unless there are routes.",
            static o => o.Cluster,
            static (o, v) => o.Cluster = v ?? ""),
        new ListKey<ListenerOptions, RouteOptions>(
            "routes",
            "Which requests go where (mode http). The first that matches counts; when none does and there is no `cluster`, the answer is 404.",
            RouteKeys.Table,
            static o => o.Routes),
        new NumberKey<ListenerOptions>(
            "maxConnections",
            1,
            1_000_000,
            "How many connections may be open at once. Further ones wait in the kernel's backlog.",
            static o => o.MaxConnections,
            static (o, v) => o.MaxConnections = v),
        new NumberKey<ListenerOptions>(
            "maxConnectionsPerAddress",
            1,
            1_000_000,
            "How many connections one client address may have open at once, of IPv6 one /64; half of `maxConnections` without it. Further ones are reset.",
            static o => o.MaxConnectionsPerAddress,
            static (o, v) => o.MaxConnectionsPerAddress = v),
        new FlagKey<ListenerOptions>(
            "abortOnClose",
            "Whether a client that ends its stream behind a whole request is taken to be gone, and its request aborted (mode http). Otherwise it is served.",
            static o => o.AbortOnClose,
            static (o, v) => o.AbortOnClose = v) { Mode = ListenerMode.Http },
        new SectionKey<ListenerOptions, ListenerTimeoutOptions>(
            "timeouts", "Time limits of its connections.", ListenerTimeouts(), static o => o.Timeouts),
        new SectionKey<ListenerOptions, ListenerLimitOptions>(
            "limits", "Bounds of what a client may send (mode http).", ListenerLimits(), static o => o.Limits) { Mode = ListenerMode.Http },
        new SectionKey<ListenerOptions, ErrorOptions>(
            "errors", "How errors are answered that no backend answers (mode http).", Errors(), static o => o.Errors) { Mode = ListenerMode.Http },
        new SectionKey<ListenerOptions, ForwardedHeadersOptions>(
            "forwardedHeaders",
            "What backends are told of a request's way, and whom to believe (mode http).",
            ForwardedHeaderKeys.Table(),
            static o => o.ForwardedHeaders) { Mode = ListenerMode.Http },
        new WordKey<ListenerOptions, UnderscoreMode>(
            "underscores",
            "What becomes of request fields with an underscore in their name (mode http). `reject` answers 400.",
            static o => o.Underscores,
            static (o, v) => o.Underscores = v) { Mode = ListenerMode.Http },
        new LaterKey<ListenerOptions>("proxyProtocol", "The PROXY protocol from whoever stands before this."),
        new LaterKey<ListenerOptions>("tls", "Certificates."))
    {
        ModeOf = static o => o.Mode,
    };

    private static OptionTable<ErrorOptions> Errors() => new(
        static () => new ErrorOptions(),
        new WordKey<ErrorOptions, ErrorFormat>(
            "format",
            "What they are written in. `negotiate`: what the client's Accept prefers of the others.",
            static o => o.Format,
            static (o, v) => o.Format = v));

    private static OptionTable<ListenerTimeoutOptions> ListenerTimeouts() => new(
        static () => new ListenerTimeoutOptions(),
        new DurationKey<ListenerTimeoutOptions>(
            "head",
            "100ms to 1h",
            "How long a request's head may take (mode http). Then 408, or a close when nothing has come.",
            static o => o.Head,
            static (o, v) => o.Head = v) { Mode = ListenerMode.Http },
        new DurationKey<ListenerTimeoutOptions>(
            "body",
            "100ms to 1d",
            "How long the client may take for the next piece of a body, its own or the response's (mode http). Then 408, or the response is cut off.",
            static o => o.Body,
            static (o, v) => o.Body = v) { Mode = ListenerMode.Http },
        new DurationKey<ListenerTimeoutOptions>(
            "keepAlive",
            "100ms to 1d",
            "How long a connection is kept open between two requests (mode http).",
            static o => o.KeepAlive,
            static (o, v) => o.KeepAlive = v) { Mode = ListenerMode.Http },
        new DurationKey<ListenerTimeoutOptions>(
            "tunnel",
            "100ms to 30d",
            "How long nothing may move in a tunnel, such as a WebSocket's (mode http).",
            static o => o.Tunnel,
            static (o, v) => o.Tunnel = v) { Mode = ListenerMode.Http },
        new DurationKey<ListenerTimeoutOptions>(
            "idle",
            "100ms to 30d",
            "How long nothing may move in either direction before both sides are reset (mode tcp).",
            static o => o.Idle,
            static (o, v) => o.Idle = v) { Mode = ListenerMode.Tcp },
        new DurationKey<ListenerTimeoutOptions>(
            "halfClosed",
            "100ms to 30d",
            "How long nothing may move once one side has ended its stream (mode tcp, and tunnels). Then both are reset.",
            static o => o.HalfClosed,
            static (o, v) => o.HalfClosed = v));

    private static OptionTable<ListenerLimitOptions> ListenerLimits() => new(
        static () => new ListenerLimitOptions(),
        new SizeKey<ListenerLimitOptions>(
            "headBytes",
            "1KiB to 256KiB",
            "How large a request's head may be (mode http). Then 431, or 414 for the request line.",
            static o => o.HeadBytes,
            static (o, v) => o.HeadBytes = (int)v),
        new SizeKey<ListenerLimitOptions>(
            "targetBytes",
            "64B to 256KiB",
            "How long a request's target may be (mode http). Then 414.",
            static o => o.TargetBytes,
            static (o, v) => o.TargetBytes = (int)v),
        new NumberKey<ListenerLimitOptions>(
            "headers", 1, 1000, "How many fields a request's head may have (mode http). Then 431.", static o => o.Headers, static (o, v) => o.Headers = v),
        new SizeKey<ListenerLimitOptions>(
            "bodyBytes",
            "1B or more",
            "How large a request's body may be (mode http). Then 413.",
            static o => o.BodyBytes,
            static (o, v) => o.BodyBytes = v,
            below: 1L << 60)
        {
            SetNone = static o => o.BodyBytes = null,
        },
        new NumberKey<ListenerLimitOptions>(
            "requests",
            1,
            int.MaxValue,
            "How many requests may come on one connection (mode http). The response to the last one closes it.",
            static o => o.Requests,
            static (o, v) => o.Requests = v),
        new SizeKey<ListenerLimitOptions>(
            "minRate",
            "0B to 1GiB",
            "How fast a client has to send a body or take a response, while it is waited for (mode http). Time beyond what its bytes pay for may come to `timeouts.body`; then 408, or the response is cut off. 0B: no bound.",
            static o => o.MinRate,
            static (o, v) => o.MinRate = (int)v));

    private static OptionTable<ClusterOptions> Clusters() => new(
        static () => new ClusterOptions(),
        new StrategyKey("strategy", "How a backend is picked, by one of the names in [strategies.md](strategies.md)."),
        new MapKey<ClusterOptions, BackendOptions>(
            "backends", "backend", "The addresses. At least one.", Backends(), static o => o.Backends, shortFormOf: "address"),
        new SectionKey<ClusterOptions, ClusterTimeoutOptions>(
            "timeouts", "Time limits towards the backends.", ClusterTimeouts(), static o => o.Timeouts),
        new SectionKey<ClusterOptions, ClusterLimitOptions>(
            "limits", "Bounds of what a backend may send.", ClusterLimits(), static o => o.Limits),
        new SectionKey<ClusterOptions, RetryOptions>(
            "retries", "What happens when an attempt fails.", Retries(), static o => o.Retries),
        new LaterKey<ClusterOptions>("stickiness", "Keeping a client's session on one backend."),
        new LaterKey<ClusterOptions>("health", "Probes, and ejecting outliers."),
        new LaterKey<ClusterOptions>("proxyProtocol", "The PROXY protocol towards the backends."));

    private static OptionTable<BackendOptions> Backends() => new(
        static () => new BackendOptions(),
        new TextKey<BackendOptions>(
            "address",
            "ip:port, [v6]:port, name:port, unix:/path",
            "127.0.0.1:9001",
            "The address. A name is resolved at the start and at each reload. Required.",
            static o => o.Address,
            static (o, v) => o.Address = v ?? ""),
        new NumberKey<BackendOptions>(
            "weight", 0, 256, "Its share beside the others' weights. 0 takes only the sessions that it has already.", static o => o.Weight, static (o, v) => o.Weight = v),
        new NumberKey<BackendOptions>(
            "maxConnections",
            1,
            int.MaxValue,
            "How many connections it takes at once; a full one is passed over.",
            static o => o.MaxConnections,
            static (o, v) => o.MaxConnections = v)
        {
            SetNone = static o => o.MaxConnections = null,
        },
        new WordKey<BackendOptions, BackendAvailability>(
            "state",
            "What it takes: everything, only the sessions that it has already, or nothing. What runs goes on.",
            static o => o.State,
            static (o, v) => o.State = v));

    private static OptionTable<ClusterTimeoutOptions> ClusterTimeouts() => new(
        static () => new ClusterTimeoutOptions(),
        new DurationKey<ClusterTimeoutOptions>(
            "connect", "50ms to 5m", "How long one attempt to connect may take.", static o => o.Connect, static (o, v) => o.Connect = v),
        new DurationKey<ClusterTimeoutOptions>(
            "response",
            "100ms to 1d",
            "How long a backend may take to answer, or take nothing of a request's body (mode http). Then 504.",
            static o => o.Response,
            static (o, v) => o.Response = v),
        new DurationKey<ClusterTimeoutOptions>(
            "responseBody",
            "100ms to 1d",
            "How long a backend may take for the next piece of a response's body (mode http). Then the response is cut off.",
            static o => o.ResponseBody,
            static (o, v) => o.ResponseBody = v),
        new DurationKey<ClusterTimeoutOptions>(
            "idle",
            "100ms to 1d",
            "How long a connection to a backend is kept for further requests (mode http). Make it shorter than what the backends keep.",
            static o => o.Idle,
            static (o, v) => o.Idle = v),
        new LaterKey<ClusterTimeoutOptions>("queue", "How long a request waits for a full backend."));

    private static OptionTable<ClusterLimitOptions> ClusterLimits() => new(
        static () => new ClusterLimitOptions(),
        new SizeKey<ClusterLimitOptions>(
            "headBytes",
            "1KiB to 256KiB",
            "How large a response's head may be (mode http). Then 502.",
            static o => o.HeadBytes,
            static (o, v) => o.HeadBytes = (int)v),
        new NumberKey<ClusterLimitOptions>(
            "headers", 1, 1000, "How many fields a response's head may have (mode http). Then 502.", static o => o.Headers, static (o, v) => o.Headers = v));

    private static OptionTable<RetryOptions> Retries() => new(
        static () => new RetryOptions(),
        new NumberKey<RetryOptions>(
            "max", 0, 100, "How many further backends are tried when one cannot be connected to.", static o => o.Max, static (o, v) => o.Max = v),
        new LaterKey<RetryOptions>("budget", "Which share of the requests may be retries."));
}
