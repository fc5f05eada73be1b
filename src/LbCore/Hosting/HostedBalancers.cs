using System.Collections;
using System.Collections.Generic;

namespace LbCore.Hosting;

/// <summary>All load balancers of a host, in the order in which they were added.</summary>
internal sealed class HostedBalancers : IEnumerable<HostedBalancer>
{
    private readonly List<HostedBalancer> _all = [];

    public HostedBalancer? Find(string name) => _all.Find(balancer => balancer.Name == name);

    public void Add(HostedBalancer balancer) => _all.Add(balancer);

    public IEnumerator<HostedBalancer> GetEnumerator() => _all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
