using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Http;
using LbCore.Proxying;
using LbCore.Proxying.Http;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;

namespace LbCore.Hosting;

/// <summary>Makes what serves the connections of each listener, over what all of them share on one engine.</summary>
internal sealed class ListenerHandlers
{
    private readonly TopologyStore _topology;
    private readonly HttpLoops _loops;
    private readonly UpstreamPools _pools;
    private readonly Http1ExchangePool _exchanges;

    public ListenerHandlers(TransportEngine engine, TopologyStore topology, LoadBalancerEnvironment environment)
    {
        _topology = topology;
        _loops = new HttpLoops(engine.Loops);
        _pools = new UpstreamPools(engine.Loops, environment.Pools);
        _exchanges = new Http1ExchangePool(_pools, engine.Loops.Count, HeadLimits.Default);
        Recorder = environment.Recorder(engine.LoopLogger, engine.Loops.Count);
    }

    public IOutcomeRecorder Recorder { get; }

    /// <summary>Makes the handler of a listener from its validated options.</summary>
    public IConnectionHandler Create(string name, ListenerOptions options) => options.Mode == ListenerMode.Tcp
        ? new TcpProxy(name, options.Cluster, options.Timeouts.Idle, _topology, Recorder)
        : new HttpProxy(_topology, _loops)
        {
            Listener = name,
            ClusterName = options.Cluster,
            Timeouts = new HttpTimeouts
            {
                Head = (long)options.Timeouts.Head.TotalMilliseconds,
                Body = (long)options.Timeouts.Body.TotalMilliseconds,
                KeepAlive = (long)options.Timeouts.KeepAlive.TotalMilliseconds,
                Tunnel = (long)options.Timeouts.Tunnel.TotalMilliseconds,
            },
            Limits = new HeadLimits(options.Limits.HeadBytes, options.Limits.Headers),
            Exchanges = _exchanges,
            Recorder = Recorder,
        };

    /// <summary>Lets HTTP connections end with the request that they are at.</summary>
    public void BeginDrain() => _loops.BeginDrain();

    /// <summary>Closes what is idle, on the loops, which must still run.</summary>
    public Task StopAsync() => _pools.StopAsync();
}
