using System;
using System.CommandLine;
using System.Globalization;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Server.Hosting;
using LbCore.Transport;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore proxy</c>: builds the options in memory from the command line and serves.</summary>
internal sealed class ProxyCommand
{
    public const string Example = "lbcore proxy --listen 127.0.0.1:8080 --backend 127.0.0.1:9001 127.0.0.1:9002";

    private const string ClusterName = "proxy";
    private const string Tcp = "tcp";

    private static readonly string[] Modes = ["http", Tcp];
    private static readonly string[] Strategies = [.. LoadBalancer.BuiltInStrategies];
    private static readonly string[] LogFormats = ["combined", "json"];
    private static readonly string[] Engines = ["auto", "epoll", "managed"];

    private readonly Option<string[]> _mode = TextOption.OfWords(
        "--mode", "http|tcp", "What is balanced: http requests, or tcp connections as they are. [default: http]", Modes);

    private readonly Option<string[]> _listen = TextOption.One(
        "--listen", "address", "Required. Where to listen: ip:port, [v6]:port, *:port or unix:/path. May be given several times.");

    private readonly Option<string[]> _backend = TextOption.Many(
        "--backend",
        "address",
        "Required. Where to send requests or connections: ip:port, [v6]:port, name:port or unix:/path. Several, or several times.");

    private readonly Option<string[]> _weight = TextOption.Many(
        "--weight",
        "number",
        "The share of each backend, 0 to 256, in the order of the backends: one each, or none at all. [default: 1]");

    private readonly Option<string[]> _strategy = TextOption.OfWords(
        "--strategy",
        "name",
        $"How a backend is picked: {string.Join(", ", Strategies)}. Parameters go by --set clusters.proxy.strategy.<parameter>=<value>. [default: {new ClusterOptions().Strategy.Type}]",
        Strategies);

    private readonly Option<string[]> _engine = TextOption.OfWords("--engine", "auto|epoll|managed", "The transport. [default: auto]", Engines);

    private readonly Option<string[]> _loops = TextOption.One(
        "--loops", "number", "How many event loops run, 1 to 256. [default: one per processor]");

    private readonly Option<string[]> _maxConnections = TextOption.One(
        "--max-connections",
        "number",
        string.Create(
            CultureInfo.InvariantCulture,
            $"How many connections may be open at once, for each address listened on, 1 to 1000000. [default: {new ListenerOptions().MaxConnections}]"));

    private readonly Option<string[]> _shutdownTimeout = TextOption.OfDuration(
        "--shutdown-timeout", "How long a stop waits for open connections.", new LbCoreOptions().ShutdownTimeout);

    private readonly Option<string[]> _idleTimeout = TextOption.OfDuration(
        "--idle-timeout", "How long nothing may move before a connection is reset, with --mode tcp.", new ListenerOptions().Timeouts.Idle);

    private readonly Option<string[]> _connectTimeout = TextOption.OfDuration(
        "--connect-timeout", "How long connecting to one backend may take.", new ClusterOptions().Timeouts.Connect);

    private readonly Option<string[]> _accessLog = TextOption.One(
        "--access-log", "path|-", "Where a line for each request goes, or in mode tcp for each connection; - is standard output. [default: nowhere]");

    private readonly Option<string[]> _accessLogFormat = TextOption.One(
        "--access-log-format", "combined|json", "How these lines look, with --access-log. [default: combined]");

    private readonly SetOption _set = new(
        "these options (listeners listen1, listen2 …, the cluster proxy, backends backend1, backend2 …)", "clusters.proxy.retries.max=1");

    private readonly LogLevelOption _logLevel = new();

    private ProxyCommand()
    {
    }

    public static Command Create()
    {
        var proxy = new ProxyCommand();
        var command = new Command("proxy", "Balance over the backends given here, without a configuration file.")
        {
            proxy._mode,
            proxy._listen,
            proxy._backend,
            proxy._weight,
            proxy._strategy,
            proxy._engine,
            proxy._loops,
            proxy._maxConnections,
            proxy._shutdownTimeout,
            proxy._idleTimeout,
            proxy._connectTimeout,
            proxy._accessLog,
            proxy._accessLogFormat,
        };
        proxy._set.AddTo(command);
        proxy._logLevel.AddTo(command);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(proxy.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var reader = new OptionReader(parsed);
        var options = ConfigurationFile.Override(BuildOptions(reader), _set.Read(reader));
        var logLevel = _logLevel.Read(reader);
        return reader.Errors.Count > 0
            ? await UsageErrors.WriteAsync(reader.Errors, "lbcore proxy --help").ConfigureAwait(false)
            : await ServerHost.RunAsync(options, logLevel, OptionOf).ConfigureAwait(false);
    }

    private ListenerMode ReadMode(OptionReader reader)
    {
        var mode = reader.Word(_mode, "mode", Modes) == Tcp ? ListenerMode.Tcp : ListenerMode.Http;
        if (mode == ListenerMode.Http && reader.IsGiven(_idleTimeout))
        {
            reader.Add($"{_idleTimeout.Name} goes with --mode tcp; leave it out, or add --mode tcp");
        }

        return mode;
    }

    private LbCoreOptions BuildOptions(OptionReader reader)
    {
        var options = new LbCoreOptions { Loops = reader.Number(_loops, "1 to 256") };
        if (reader.Word(_engine, "engine", Engines) is { } engine)
        {
            options.Engine = Enum.Parse<EngineKind>(engine, ignoreCase: true);
        }

        options.ShutdownTimeout = reader.Duration(_shutdownTimeout) ?? options.ShutdownTimeout;
        ReadAccessLog(reader, options.AccessLog);
        var maxConnections = reader.Number(_maxConnections, "1 to 1000000");
        var mode = ReadMode(reader);
        var idleTimeout = reader.Duration(_idleTimeout);
        var addresses = reader.Texts(_listen);
        if (!reader.IsGiven(_listen))
        {
            reader.Add("--listen is required; write where to listen, such as --listen 127.0.0.1:8080");
        }

        foreach (var address in addresses)
        {
            var listener = new ListenerOptions { Address = address, Mode = mode, Cluster = ClusterName };
            listener.MaxConnections = maxConnections ?? listener.MaxConnections;
            listener.Timeouts.Idle = idleTimeout ?? listener.Timeouts.Idle;
            options.Listeners.Add(Numbered("listen", options.Listeners.Count), listener);
        }

        options.Clusters.Add(ClusterName, BuildCluster(reader));
        return options;
    }

    private void ReadAccessLog(OptionReader reader, AccessLogOptions log)
    {
        log.Path = reader.Text(_accessLog);
        log.Format = reader.Word(_accessLogFormat, "format", LogFormats) is { } format
            ? Enum.Parse<AccessLogFormat>(format, ignoreCase: true)
            : log.Format;
        if (reader.IsGiven(_accessLogFormat) && !reader.IsGiven(_accessLog))
        {
            reader.Add($"{_accessLogFormat.Name} goes with {_accessLog.Name}; leave it out, or add {_accessLog.Name} access.log");
        }
    }

    private ClusterOptions BuildCluster(OptionReader reader)
    {
        var cluster = new ClusterOptions();
        if (reader.Text(_strategy) is { } strategy)
        {
            cluster.Strategy = strategy;
        }

        cluster.Timeouts.Connect = reader.Duration(_connectTimeout) ?? cluster.Timeouts.Connect;
        var weights = reader.Numbers(_weight, "0 to 256");
        var addresses = reader.Texts(_backend);
        if (!reader.IsGiven(_backend))
        {
            reader.Add("--backend is required; write where to send connections, such as --backend 127.0.0.1:9001");
        }

        var weightsGiven = reader.Texts(_weight).Count;
        if (weightsGiven > 0 && weightsGiven != addresses.Count)
        {
            reader.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"--weight has {weightsGiven} values and --backend {addresses.Count}; give a weight for each backend, in the same order, or none"));
        }

        for (var i = 0; i < addresses.Count; i++)
        {
            var backend = new BackendOptions { Address = addresses[i] };
            backend.Weight = i < weights.Count ? weights[i] : backend.Weight;
            cluster.Backends.Add(Numbered("backend", i), backend);
        }

        return cluster;
    }

    /// <summary>Returns the option that a path of the configuration was written with.</summary>
    private string? OptionOf(string path) => path[(path.LastIndexOf('.') + 1)..] switch
    {
        "address" when path.StartsWith("listeners", StringComparison.Ordinal) => _listen.Name,
        "address" => _backend.Name,
        "weight" => _weight.Name,
        "strategy" => _strategy.Name,
        "loops" => _loops.Name,
        "maxConnections" => _maxConnections.Name,
        "shutdownTimeout" => _shutdownTimeout.Name,
        "idle" => _idleTimeout.Name,
        "connect" => _connectTimeout.Name,
        "path" => _accessLog.Name,
        _ => null,
    };

    private static string Numbered(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name}{index + 1}");
}
