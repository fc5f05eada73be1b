using System;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Server.Commands;
using LbCore.Server.Logging;
using LbCore.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Hosting;

/// <summary>Runs one load balancer in a host until a signal, and turns what happened into an exit code.</summary>
internal static class ServerHost
{
    // The load balancer keeps its own deadline; the host's must not cut in before the aborts that follow it.
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(15);

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
        try
        {
            await host.StartAsync().ConfigureAwait(false);
        }
        catch (LbCoreConfigurationException e)
        {
            return await ConfigurationErrorOutput.WriteAsync(e.Errors, optionOf).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ListenException or PlatformNotSupportedException)
        {
            await Console.Error.WriteLineAsync($"lbcore: {e.Message}").ConfigureAwait(false);
            return ExitCode.CouldNotStart;
        }
        catch (OperationCanceledException)
        {
            // A signal came while it was starting.
            return ExitCode.Fine;
        }

        await host.WaitForShutdownAsync().ConfigureAwait(false);
        return host.Services.GetRequiredService<LoadBalancerService>().LoopDied ? ExitCode.LoopDied : ExitCode.Fine;
    }

    private static IHost Build(LbCoreOptions options, LogLevel logLevel, StandardErrorLoggerProvider log, Func<LbCoreOptions>? reread)
    {
        // Empty: no files, no environment, no console logger, all of which cost memory that an idle proxy keeps.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "lbcore" });
        builder.Logging.SetMinimumLevel(logLevel);
        builder.Logging.AddProvider(log);

        // What fails at the start is said by RunAsync, in words for users.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout + StopMargin);
        builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(services => LoadBalancer.Create(options, services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddSingleton(services => new Reloader(
            services.GetRequiredService<LoadBalancer>(), reread, services.GetRequiredService<ILogger<Reloader>>()));
        builder.Services.AddSingleton<LoadBalancerService>();
        builder.Services.AddSingleton<IHostedService>(static services => services.GetRequiredService<LoadBalancerService>());
        return builder.Build();
    }
}
