using System;
using System.Collections.Generic;
using System.Net;
using LbCore.Balancing;
using LbCore.Recording;
using LbCore.Transport;
using LbCore.Upstreams;
using Microsoft.Extensions.Logging;

namespace LbCore.Hosting;

/// <summary>What a load balancer takes from around it, for tests to replace.</summary>
internal sealed record LoadBalancerEnvironment
{
    /// <summary>Gets the strategies that options may name.</summary>
    public StrategyRegistry Strategies { get; init; } = StrategyRegistry.BuiltIn;

    public BackendResolver Resolver { get; init; } = BackendResolver.System;

    /// <summary>Gets what lists the addresses of this machine.</summary>
    public Func<IEnumerable<IPAddress>> ListOwnAddresses { get; init; } = OwnAddresses.ListFromSystem;

    /// <summary>Gets the transport's options before engine and loops are set.</summary>
    public TransportOptions Transport { get; init; } = new();

    /// <summary>Gets the bounds of idle connections to each backend.</summary>
    public PoolLimits Pools { get; init; } = PoolLimits.Default;

    /// <summary>Gets what makes the recorder from the loops' logger and their number.</summary>
    public Func<ILogger, int, IOutcomeRecorder> Recorder { get; init; } = static (logger, loops) => new OutcomeRecorder(logger, loops);
}
