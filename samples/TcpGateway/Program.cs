// A TCP gateway in one process: LbCore in front of two tiny echo servers.
using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;
using TcpGateway;

var selfTest = args.Contains("--self-test");
await using var engine = TransportEngine.Create(new TransportOptions { Loops = 1 });
var a = engine.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, new Echo("a"));
var b = engine.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, new Echo("b"));

var cluster = new ClusterOptions();
cluster.Backends.Add("a", new BackendOptions { Address = TransportAddress.Format(a.EndPoint), Weight = 1 });
cluster.Backends.Add("b", new BackendOptions { Address = TransportAddress.Format(b.EndPoint), Weight = 3 });

await using var balancer = await StartAsync(port: selfTest ? 0 : 8080);
var endPoint = (IPEndPoint)balancer.EndPoints["gateway"];
if (selfTest)
{
    return await SelfTest.RunAsync(endPoint);
}

Console.WriteLine($"Listening on {endPoint} ({balancer.EngineName}, {balancer.LoopCount} loops). Backend b has three times a's weight.");
Console.WriteLine($"Try it, several times:   echo hello | nc -N {endPoint.Address} {endPoint.Port}");
Console.WriteLine("Ctrl-C ends it.");
using var stop = new SemaphoreSlim(0);
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Release();
};
await stop.WaitAsync();
await balancer.StopAsync();
return 0;

async Task<LoadBalancer> StartAsync(int port)
{
    while (true)
    {
        var options = new LbCoreOptions { ShutdownTimeout = TimeSpan.FromSeconds(5) };
        options.Clusters.Add("echo", cluster);
        options.Listeners.Add("gateway", new ListenerOptions { Address = $"127.0.0.1:{port}", Mode = ListenerMode.Tcp, Cluster = "echo" });
        var candidate = LoadBalancer.Create(options);
        try
        {
            await candidate.StartAsync();
            return candidate;
        }
        catch (ListenException e) when (e.IsAddressInUse && port < 8180)
        {
            Console.WriteLine($"Port {port} is taken; trying {++port}.");
        }
    }
}
