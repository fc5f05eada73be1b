using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.Server.Demo;

/// <summary>Is the load: a fixed number of clients, none of which asks more often than its share of the rate.</summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    /// <summary>How many of its clients use the listener in mode tcp.</summary>
    public const int TcpClients = 2;

    // Connections of one request each leave a port in TIME_WAIT for a minute; at this rate that is 1,200 of 28,000.
    private const double MostTcpRate = 20;
    private const double TcpShare = 0.2;
    private const int FewestHttpClients = 8;
    private const int MostHttpClients = 256;
    private const double RatePerHttpClient = 25;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _clients = [];

    private LoadGenerator()
    {
    }

    /// <summary>Gets a task that completes when all clients have stopped, and fails as soon as one of them fails.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public static LoadGenerator Start(int rate, EventLoop loop, LoadTarget http, LoadTarget tcp, LoadReport report)
    {
        var generator = new LoadGenerator();
        var tcpRate = Math.Min(rate * TcpShare, MostTcpRate);
        var httpRate = rate - tcpRate;
        var httpClients = Math.Clamp((int)Math.Ceiling(httpRate / RatePerHttpClient), FewestHttpClients, MostHttpClients);
        generator.Start(TcpClients, tcpRate, loop, tcp, report);
        generator.Start(httpClients, httpRate, loop, http, report);
        generator.Completion = FirstFailure.OrAllAsync(generator._clients);
        return generator;
    }


    /// <summary>Ends the requests under way and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Start(int clients, double rate, EventLoop loop, LoadTarget target, LoadReport report)
    {
        var interval = TimeSpan.FromSeconds(clients / rate);
        for (var i = 0; i < clients; i++)
        {
            var client = new LoadClient(loop, target, report, interval);
            _clients.Add(client.RunAsync(interval * i / clients, _stop.Token));
        }
    }
}
