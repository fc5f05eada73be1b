using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Proxying;
using LbCore.Proxying.Http;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;
using Microsoft.Extensions.Logging;

namespace LbCore.Hosting;

/// <summary>Makes what serves the connections of each listener, over what all of them share on one engine.</summary>
internal sealed class ListenerHandlers
{
    private readonly Dictionary<string, ListenerState> _states = new(StringComparer.Ordinal);
    private readonly TopologyStore _topology;
    private readonly HttpLoops _loops;
    private readonly UpstreamPools _pools;
    private readonly Http1ExchangePool _exchanges;
    private readonly ILogger _loopLogger;

    public ListenerHandlers(TransportEngine engine, TopologyStore topology, LoadBalancerEnvironment environment)
    {
        _topology = topology;
        _loopLogger = engine.LoopLogger;
        _loops = new HttpLoops(engine.Loops);
        _pools = new UpstreamPools(engine.Loops, environment.Pools);
        _exchanges = new Http1ExchangePool(_pools, engine.Loops.Count);
        _pools.OnPublished(topology.Current, TopologySnapshot.Empty);
        Recorder = environment.Recorder(engine.LoopLogger, engine.Loops.Count);
    }

    public IOutcomeRecorder Recorder { get; }

    /// <summary>Makes the handler of a listener from its validated options.</summary>
    public IConnectionHandler Create(string name, ListenerOptions options)
    {
        var state = new ListenerState(TopologyBuilder.BuildListener(name, options, _topology.Current));
        _states.Add(name, state);
        var admission = new Admission(state, options.MaxConnections, _loopLogger);
        return options.Mode == ListenerMode.Tcp
            ? new TcpProxy(state, admission, _topology, Recorder)
            : new HttpProxy(_topology, _loops) { State = state, Admission = admission, Exchanges = _exchanges, Recorder = Recorder };
    }

    /// <summary>Lets other options hold for the listeners, which stay bound. After their snapshot was published.</summary>
    public void Apply(LbCoreOptions options, TopologySnapshot snapshot)
    {
        foreach (var (name, listener) in options.Listeners)
        {
            _states[name].Set(TopologyBuilder.BuildListener(name, listener, snapshot));
        }
    }

    /// <summary>Empties the pools of backends that are gone.</summary>
    public void OnPublished(TopologySnapshot current, TopologySnapshot replaced) => _pools.OnPublished(current, replaced);

    /// <summary>Lets HTTP connections end with the request that they are at.</summary>
    public void BeginDrain() => _loops.BeginDrain();

    /// <summary>Closes what is idle, on the loops, which must still run.</summary>
    public Task StopAsync() => _pools.StopAsync();
}
