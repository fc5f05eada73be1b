using System;
using System.Collections.Generic;
using System.Net;
using LbCore.Http;
using LbCore.Transport;

namespace LbCore.Topology;

/// <summary>Is what a listener does with forwarding fields, by who sends them. Immutable; any thread.</summary>
internal sealed class ForwardingRules
{
    private readonly ForwardingPlan _untrusted;
    private readonly ForwardingPlan _trusted;
    private readonly bool _trustsUnix;

    /// <param name="untrusted">The plan for senders that are not believed.</param>
    /// <param name="trusted">The plan for those that are.</param>
    /// <param name="networks">Where those come from.</param>
    /// <param name="trustsUnix">Whether whoever comes through a unix socket is one of them.</param>
    public ForwardingRules(ForwardingPlan untrusted, ForwardingPlan trusted, IReadOnlyList<IPNetwork> networks, bool trustsUnix)
    {
        _untrusted = untrusted;
        _trusted = trusted;
        _trustsUnix = trustsUnix;
        TrustedNetworks = new AddressNetworks(networks);
    }

    /// <summary>Gets the rules of a listener whose options say nothing.</summary>
    public static ForwardingRules Default { get; } = new(ForwardingPlan.Default, ForwardingPlan.Default, [], trustsUnix: false);

    /// <summary>Gets where believed senders come from.</summary>
    public AddressNetworks TrustedNetworks { get; }

    /// <summary>Gets the field of theirs that tells the client's address.</summary>
    public KnownField ClientAddressField { get; init; } = KnownField.XForwardedFor;

    /// <summary>Gets whether responses name this proxy in Via.</summary>
    public bool WritesVia => _untrusted.Written.Contains(KnownField.Via);

    /// <summary>Returns whether a plan is that of these rules for senders that are believed.</summary>
    public bool IsTrusted(ForwardingPlan plan) => TrustsAnybody && ReferenceEquals(plan, _trusted);

    /// <summary>Returns the plan for the requests of a connection.</summary>
    public ForwardingPlan PlanFor(TransportConnection client) => TrustsAnybody ? PlanFor(client.RemoteAddress) : _untrusted;

    /// <summary>Returns the plan for the requests of a sender.</summary>
    /// <param name="sender">Its address, as in <see cref="MappedAddress"/>; 0 for a unix socket, which has none.</param>
    public ForwardingPlan PlanFor(UInt128 sender) =>
        (sender == 0 ? _trustsUnix : TrustedNetworks.Contains(sender)) ? _trusted : _untrusted;

    private bool TrustsAnybody => _trustsUnix || !TrustedNetworks.IsEmpty;
}
