using System;
using System.CommandLine;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Server.Demo;
using LbCore.Server.Hosting;
using LbCore.Server.Logging;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore demo</c>: shows in one process what a load balancer does when backends are slow, flaky, die and are drained.</summary>
internal sealed class DemoCommand
{
    public const string Example = "lbcore demo --duration 15s";

    private const string ShowCursor = "\e[?25h";

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly Option<string[]> _duration = TextOption.One(
        "--duration", "duration", "How long it runs, 1s to 1d. [default: until Ctrl-C]");

    private readonly Option<string[]> _rate = TextOption.One(
        "--rate",
        "number",
        string.Create(
            CultureInfo.InvariantCulture,
            $"How many requests a second the load is, 1 to {DemoSettings.MaxRate}. [default: {DemoSettings.DefaultRate}]"));

    private readonly Option<bool> _noLoad = new("--no-load") { Description = "Send no requests; yours are the only ones." };

    private readonly Option<bool> _json = new("--json") { Description = "Write a JSON object a second and one for each event; the last one is the summary." };

    private readonly Option<bool> _plain = new("--plain") { Description = "Write a plain line a second, also on a terminal." };

    private readonly SetOption _set = new("the demo's options (listeners http and tcp, the cluster demo)", "clusters.demo.backends.a.weight=3");

    private readonly LogLevelOption _logLevel = new("warning; error with the table");

    private DemoCommand()
    {
    }

    public static Command Create()
    {
        var demo = new DemoCommand();
        var command = new Command("demo", "Show it at work: four backends, load, faults and drains in this process. Needs nothing.")
        {
            demo._duration,
            demo._rate,
            demo._noLoad,
            demo._json,
            demo._plain,
        };
        demo._set.AddTo(command);
        demo._logLevel.AddTo(command);
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(demo.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var reader = new OptionReader(parsed);
        var settings = ReadSettings(parsed, reader);
        var form = ReadForm(parsed, reader);
        var logLevel = _logLevel.Read(reader, form == OutputForm.Table ? LogLevel.Error : LogLevel.Warning);
        return reader.Errors.Count > 0
            ? await UsageErrors.WriteAsync(reader.Errors, "lbcore demo --help").ConfigureAwait(false)
            : await RunAsync(settings, form, logLevel).ConfigureAwait(false);
    }

    private DemoSettings ReadSettings(ParseResult parsed, OptionReader reader)
    {
        var duration = reader.Duration(_duration);
        if (duration is { } given && (given < DemoSettings.MinDuration || given > DemoSettings.MaxDuration))
        {
            reader.Add($"{_duration.Name}: {Duration.Format(given)} is out of range; use 1s to 1d");
        }

        var range = string.Create(CultureInfo.InvariantCulture, $"1 to {DemoSettings.MaxRate}");
        var rate = reader.Number(_rate, range);
        if (rate is < 1 or > DemoSettings.MaxRate)
        {
            reader.Add(string.Create(CultureInfo.InvariantCulture, $"{_rate.Name}: {rate} is out of range; use {range}"));
        }

        var hasLoad = !parsed.GetValue(_noLoad);
        if (!hasLoad && reader.IsGiven(_rate))
        {
            reader.Add($"{_rate.Name} and {_noLoad.Name} do not go together; leave one out");
        }

        return new DemoSettings { Duration = duration, Rate = hasLoad ? rate ?? DemoSettings.DefaultRate : 0, Overrides = _set.Read(reader) };
    }

    private OutputForm ReadForm(ParseResult parsed, OptionReader reader)
    {
        if (parsed.GetValue(_json) && parsed.GetValue(_plain))
        {
            reader.Add($"{_json.Name} and {_plain.Name} do not go together; leave one out");
        }

        return parsed.GetValue(_json) ? OutputForm.Json
            : parsed.GetValue(_plain) ? OutputForm.Plain
            : OutputChoice.ForStandardOutput(Console.IsOutputRedirected, Environment.GetEnvironmentVariable);
    }

    private static async Task<int> RunAsync(DemoSettings settings, OutputForm form, LogLevel logLevel)
    {
        using var stop = new CancellationTokenSource();
        using var log = new StandardErrorLoggerProvider(TimeProvider.System);
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(logLevel).AddProvider(log));
        await using var writer = new DemoWriter(StandardDescriptors.OpenOutput(), () =>
        {
            // Nobody reads. Whoever said how long it takes still wants the exit code.
            if (settings.Duration is null)
            {
                stop.Cancel();
            }
        });
        using var signals = new DemoSignals(stop, () => Console.Out.Write(form == OutputForm.Table ? ShowCursor : ""), Environment.Exit);
        var messages = new DemoMessageQueue();
        var showing = Task.Run(() => OutputChoice.Create(form, writer, Environment.GetEnvironmentVariable).RunAsync(messages.Reader));
        var exitCode = await RunAsync(settings, loggers, messages.Tell, stop.Token).ConfigureAwait(false);
        await messages.EndAsync(showing, LastWords).ConfigureAwait(false);
        return exitCode;
    }

    private static async Task<int> RunAsync(DemoSettings settings, ILoggerFactory loggers, Action<DemoMessage> tell, CancellationToken stop)
    {
        try
        {
            return await new DemoRun(settings, loggers, tell).RunAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (StartFailure.Is(e))
        {
            return await StartFailure.WriteAsync(e, static _ => null).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A signal came while it was starting.
            return ExitCode.Fine;
        }
        catch (Exception e)
        {
            // A bug, of which the whole of it is of use.
            await Console.Error.WriteLineAsync($"lbcore: the demo failed: {e}").ConfigureAwait(false);
            return ExitCode.DemoFailed;
        }
    }
}
