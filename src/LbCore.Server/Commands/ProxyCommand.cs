using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Server.Hosting;
using LbCore.Transport;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore proxy</c>: builds the options in memory from the command line and serves.</summary>
internal sealed class ProxyCommand
{
    private const string ClusterName = "proxy";

    private readonly Option<string> _mode = new("--mode")
    {
        Description = "What is spoken: http (not supported yet) or tcp.",
        DefaultValueFactory = static _ => "http",
    };

    private readonly Option<string[]> _listen = new("--listen")
    {
        Description = "Where to listen: ip:port, [v6]:port, *:port or unix:/path. May be given several times.",
        HelpName = "address",
        Required = true,
    };

    private readonly Option<string[]> _backend = new("--backend")
    {
        Description = "Where to send connections: ip:port, [v6]:port, name:port or unix:/path. Several, or several times.",
        HelpName = "address",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int[]> _weight = new("--weight")
    {
        Description = "The share of each backend, 0 to 256, in the order of the backends: one each, or none at all. [default: 1]",
        HelpName = "number",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _strategy = new("--strategy")
    {
        Description = "How a backend is picked: round-robin or weighted-round-robin.",
        HelpName = "name",
        DefaultValueFactory = static _ => new ClusterOptions().Strategy,
    };

    private readonly Option<string> _engine = new("--engine")
    {
        Description = "The transport.",
        DefaultValueFactory = static _ => "auto",
    };

    private readonly Option<int?> _loops = new("--loops")
    {
        Description = "How many event loops run, 1 to 256. [default: one per processor]",
        HelpName = "number",
    };

    private readonly Option<int> _maxConnections = new("--max-connections")
    {
        Description = "How many connections may be open at once, for each address listened on.",
        HelpName = "number",
        DefaultValueFactory = static _ => new ListenerOptions().MaxConnections,
    };

    private readonly Option<TimeSpan?> _shutdownTimeout = DurationOption(
        "--shutdown-timeout", "How long a stop waits for open connections.", new LbCoreOptions().ShutdownTimeout);

    private readonly Option<TimeSpan?> _idleTimeout = DurationOption(
        "--idle-timeout", "How long nothing may move before a connection is reset.", new ListenerOptions().Timeouts.Idle);

    private readonly Option<TimeSpan?> _connectTimeout = DurationOption(
        "--connect-timeout", "How long connecting to one backend may take.", new ClusterOptions().Timeouts.Connect);

    private readonly Option<LogLevel> _logLevel = new("--log-level")
    {
        Description = "What is logged to standard error: trace, debug, information, warning, error, critical or none.",
        HelpName = "level",
        DefaultValueFactory = static _ => LogLevel.Information,
    };

    private ProxyCommand()
    {
        _mode.AcceptOnlyFromAmong("http", "tcp");
        _engine.AcceptOnlyFromAmong("auto", "epoll", "managed");
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
            proxy._logLevel,
        };
        command.Validators.Add(proxy.Check);
        command.SetAction(proxy.RunAsync);
        return command;
    }

    private void Check(CommandResult result)
    {
        if (result.GetResult(_mode)?.Tokens is not [{ Value: "tcp" }])
        {
            result.AddError("--mode http (the default) is not supported yet; add --mode tcp.");
        }

        // --backend takes several values, and would take a mistyped option as one of them.
        foreach (var token in result.GetResult(_backend)?.Tokens ?? [])
        {
            if (token.Value.StartsWith('-'))
            {
                result.AddError($"'{token.Value}' is not an option of proxy, nor a backend's address.");
            }
        }

        var backends = result.GetResult(_backend)?.Tokens.Count ?? 0;
        var weights = result.GetResult(_weight)?.Tokens.Count ?? 0;
        if (weights > 0 && weights != backends)
        {
            result.AddError(string.Create(
                CultureInfo.InvariantCulture, $"--weight is given {weights} times for {backends} backends; give one for each, or none."));
        }
    }

    private Task<int> RunAsync(ParseResult parsed) => ServerHost.RunAsync(BuildOptions(parsed), parsed.GetValue(_logLevel));

    private LbCoreOptions BuildOptions(ParseResult parsed)
    {
        var options = new LbCoreOptions
        {
            Engine = Enum.Parse<EngineKind>(parsed.GetRequiredValue(_engine), ignoreCase: true),
            Loops = parsed.GetValue(_loops),
        };
        options.ShutdownTimeout = parsed.GetValue(_shutdownTimeout) ?? options.ShutdownTimeout;

        var addresses = parsed.GetRequiredValue(_listen);
        for (var i = 0; i < addresses.Length; i++)
        {
            var listener = new ListenerOptions
            {
                Address = addresses[i],
                Mode = ListenerMode.Tcp,
                Cluster = ClusterName,
                MaxConnections = parsed.GetValue(_maxConnections),
            };
            listener.Timeouts.Idle = parsed.GetValue(_idleTimeout) ?? listener.Timeouts.Idle;
            options.Listeners.Add(Numbered("listen", i), listener);
        }

        options.Clusters.Add(ClusterName, BuildCluster(parsed));
        return options;
    }

    private ClusterOptions BuildCluster(ParseResult parsed)
    {
        var cluster = new ClusterOptions { Strategy = parsed.GetRequiredValue(_strategy) };
        cluster.Timeouts.Connect = parsed.GetValue(_connectTimeout) ?? cluster.Timeouts.Connect;
        var backends = parsed.GetRequiredValue(_backend);
        var weights = parsed.GetValue(_weight) ?? [];
        for (var i = 0; i < backends.Length; i++)
        {
            var backend = new BackendOptions { Address = backends[i] };
            if (weights.Length > 0)
            {
                backend.Weight = weights[i];
            }

            cluster.Backends.Add(Numbered("backend", i), backend);
        }

        return cluster;
    }

    private static string Numbered(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name}{index + 1}");

    private static Option<TimeSpan?> DurationOption(string name, string description, TimeSpan fallback) => new(name)
    {
        Description = $"{description} [default: {Duration.Format(fallback)}]",
        HelpName = "duration",
        CustomParser = result =>
        {
            if (Duration.TryParse(result.Tokens[0].Value, out var duration, out var error))
            {
                return duration;
            }

            result.AddError($"{name}: {error}");
            return null;
        },
    };
}
