using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Server.Commands;
using LbCore.Server.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Hosting;

/// <summary>Runs one load balancer in a host until a signal, and turns what happened into an exit code.</summary>
internal static class ServerHost
{
    /// <param name="options">What to serve.</param>
    /// <param name="logLevel">What to log.</param>
    /// <param name="optionOf">Returns the option of the command line that a path of the configuration was written with, if any.</param>
    /// <param name="reread">Reads the options again for a reload; null when there is nothing to read.</param>
    public static async Task<int> RunAsync(
        LbCoreOptions options, LogLevel logLevel, Func<string, string?> optionOf, Func<LbCoreOptions>? reread = null)
    {
        // Outlives the host, which logs to its very end.
        using var log = new StandardErrorLoggerProvider(TimeProvider.System);
        using var host = Build(options, logLevel, log, reread);
        var balancer = host.Services.GetRequiredService<LoadBalancer>();
        try
        {
            await host.StartAsync().ConfigureAwait(false);
            ReadyLine.Write(balancer, options);
        }
        catch (Exception e) when (StartFailure.Is(e))
        {
            return await StartFailure.WriteAsync(e, optionOf).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A signal came while it was starting.
            return ExitCode.Fine;
        }

        try
        {
            await host.WaitForShutdownAsync().ConfigureAwait(false);
            return ExitCode.Fine;
        }
        catch (Exception) when (balancer.Completion.IsFaulted)
        {
            return ExitCode.LoopDied;
        }
    }

    private static IHost Build(LbCoreOptions options, LogLevel logLevel, StandardErrorLoggerProvider log, Func<LbCoreOptions>? reread)
    {
        // Empty: no files, no environment, no console logger, all of which cost memory that an idle proxy keeps.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "lbcore" });
        builder.Logging.SetMinimumLevel(logLevel);
        builder.Logging.AddProvider(log);

        // What fails at the start is said by RunAsync, in words for users.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

        // The load balancer keeps its own deadline, which a reload may change; the host has nothing else to stop.
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddLbCore(options);
        builder.Services.AddSingleton(services => new ReloadSignal(services, reread));
        builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
        return builder.Build();
    }
}
