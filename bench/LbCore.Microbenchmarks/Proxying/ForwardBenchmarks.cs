using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using BenchmarkDotNet.Attributes;
using LbCore.Balancing;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Microbenchmarks.Http;
using LbCore.Proxying.Http;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace LbCore.Microbenchmarks.Proxying;

/// <summary>Measures a request without any system call: parse, choose, reserve, write, parse the response, write it, release, record.</summary>
public class ForwardBenchmarks
{
    private readonly Action _forward;
    private LoopRunner _runner = null!;
    private Socket _listener = null!;
    private HttpProxy _proxy = null!;
    private HttpLoop _loop = null!;
    private MemoryClient _client = null!;

    public ForwardBenchmarks() => _forward = ForwardOnLoop;

    /// <summary>Gets or sets whose request it is.</summary>
    [Params("small", "browser")]
    public string Head { get; set; } = "small";

    [GlobalSetup]
    public void Start()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _runner = new LoopRunner();
        var set = new BackendSet([new Backend("a", _listener.LocalEndPoint!, 1, new BackendState())]);
        var topology = new TopologyStore();
        topology.Publish(new TopologySnapshot(
            [new Cluster { Name = "app", Backends = set, Selector = new RoundRobinStrategy(StrategyNames.RoundRobin).Create(set, StrategyArguments.None, null) }]));
        _loop = new HttpLoop(_runner.Loop);
        _proxy = new HttpProxy(topology, new HttpLoops([_runner.Loop]))
        {
            State = new ListenerState(TopologyBuilder.BuildListener("web", new ListenerOptions { Cluster = "app" }, topology.Current)),
            Exchanges = new MemoryBackend.Pool(new MemoryBackend(Samples.ResponseHead, Samples.ResponseBody)),
            Recorder = new OutcomeRecorder(NullLogger.Instance, 1),
        };

        // Somebody to be the client: its loop and address are asked for, nothing is sent to it.
        Task dialling = Task.CompletedTask;
        _runner.Run(() => dialling = DialAsync());
        dialling.GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void Stop()
    {
        _runner.Dispose();
        _listener.Dispose();
    }

    [Benchmark(OperationsPerInvoke = LoopRunner.Batch)]
    public void Forward() => _runner.Run(_forward);

    private async Task DialAsync()
    {
        var dialled = await _runner.Loop.DialAsync(_listener.LocalEndPoint!, DialOptions.Default);
        _client = new MemoryClient(dialled.Connection!, Head == "small" ? Samples.SmallRequest : Samples.BrowserRequest);
    }

    private void ForwardOnLoop()
    {
        for (var i = 0; i < LoopRunner.Batch; i++)
        {
            _client.Begin();
            var forwarder = _loop.RentForwarder();
            forwarder.Begin(_proxy, _client);
            var running = forwarder.RunAsync();
            if (!running.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("In memory nothing has to be waited for.");
            }

            forwarder.Return(0, 0, 0);
        }
    }
}
