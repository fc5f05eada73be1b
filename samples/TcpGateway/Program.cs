// A TCP gateway in one process, without a host: LbCore in front of two tiny echo servers.
using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;
using TcpGateway;

var selfTest = args.Contains("--self-test");
var port = selfTest ? 0 : args is ["--port", var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 8080;
await using var engine = TransportEngine.Create(new TransportOptions { Loops = 1 });
var a = engine.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, new Echo("a"));
var b = engine.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, new Echo("b"));

var cluster = new ClusterOptions();
cluster.Backends.Add("a", new BackendOptions { Address = TransportAddress.Format(a.EndPoint), Weight = 1 });
cluster.Backends.Add("b", new BackendOptions { Address = TransportAddress.Format(b.EndPoint), Weight = 3 });

await using var balancer = await StartAsync();
var endPoint = (IPEndPoint)balancer.EndPoints["gateway"];
if (selfTest)
{
    return await SelfTest.RunAsync(endPoint);
}

Console.WriteLine($"Listening on {endPoint} ({balancer.EngineName}, {balancer.LoopCount} loops). Backend b has three times a's weight.");
Console.WriteLine($"Try it, several times:   echo hello | nc -N {endPoint.Address} {endPoint.Port}");
Console.WriteLine("Ctrl-C ends it.");
var stop = new TaskCompletionSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await stop.Task;
await balancer.StopAsync();
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}

async Task<LoadBalancer> StartAsync()
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
        catch (ListenException e) when (e.IsAddressInUse && port is > 0 and < 65535)
        {
            Console.WriteLine($"Port {port} is taken; trying {++port}.");
        }
    }
}
