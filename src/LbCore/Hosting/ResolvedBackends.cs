using System.Collections.Generic;
using System.Net;

namespace LbCore.Hosting;

/// <summary>The end points of backends by the names of cluster and backend.</summary>
internal sealed class ResolvedBackends
{
    private readonly Dictionary<(string Cluster, string Backend), EndPoint> _endPoints = [];

    public EndPoint this[string cluster, string backend] => _endPoints[(cluster, backend)];

    public void Add(string cluster, string backend, EndPoint endPoint) => _endPoints.Add((cluster, backend), endPoint);
}
