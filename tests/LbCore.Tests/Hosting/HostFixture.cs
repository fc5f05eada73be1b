using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>What tests of load balancers in a host share.</summary>
internal abstract class HostFixture
{
    protected const string Get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    protected const string Ok = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2\r\n\r\nok";

    protected RecordingLogger Log { get; private set; } = new();

    [SetUp]
    public void NewLog() => Log = new RecordingLogger();

    /// <summary>Builds a host that has nothing but what is added here.</summary>
    protected IHost Build(Action<IServiceCollection> add, TimeSpan? shutdownTimeout = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "test" });
        builder.Logging.AddProvider(new OneLogger(Log));
        if (shutdownTimeout is { } timeout)
        {
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = timeout);
        }

        add(builder.Services);
        return builder.Build();
    }

    /// <summary>Sets one listener and one cluster with one backend.</summary>
    protected static void Serve(LbCoreOptions options, EndPoint backend, string address = "127.0.0.1:0")
    {
        options.Loops = 1;
        options.Listeners["web"] = new ListenerOptions { Address = address, Cluster = "app" };
        options.Clusters["app"] = new ClusterOptions { Backends = { ["a"] = new BackendOptions { Address = TransportAddress.Format(backend) } } };
    }

    /// <summary>Asserts that a request to a load balancer reaches a backend and is answered.</summary>
    protected static async Task AssertServesAsync(LoadBalancer balancer, RawListener backend, CancellationToken token)
    {
        using var client = await RawClient.ConnectAsync(balancer.EndPoints["web"], token);
        await client.SendAsync(Get);
        using var peer = await backend.AcceptAsync();
        await peer.ReadHeadAsync();
        await peer.SendAsync(Ok);
        Assert.That(await client.ReadHeadAsync() + await client.ReadTextAsync(2), Is.EqualTo(Ok));
    }

    /// <summary>Runs a host whose load balancer has no name, and asserts meanwhile that it serves.</summary>
    protected static async Task AssertRunsAsync(IHost host, RawListener backend, CancellationToken token)
    {
        await host.StartAsync(token);
        await AssertServesAsync(host.Services.GetRequiredService<LoadBalancer>(), backend, token);
        await host.StopAsync(token);
    }

    private sealed class OneLogger(ILogger logger) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
        }
    }

    /// <summary>Writes down in which order the services of a host start and stop, and what they see then.</summary>
    protected sealed class Witness(string name, List<string> diary, Func<string>? look = null) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => WriteAsync("starts");

        public Task StopAsync(CancellationToken cancellationToken) => WriteAsync("stops");

        private Task WriteAsync(string what)
        {
            lock (diary)
            {
                diary.Add($"{name} {what}{(look is null ? "" : $": {look()}")}");
            }

            return Task.CompletedTask;
        }
    }
}
