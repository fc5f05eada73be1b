using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Leads requests to a cluster by what they ask for. What is left out matches everything.</summary>
public sealed class RouteOptions
{
    /// <summary>
    /// Gets the hosts: names such as <c>www.example.com</c>, or <c>*.example.com</c> for every name below one. Compared
    /// without case, and without a port. Empty for any host.
    /// </summary>
    public IList<string> Hosts { get; } = new List<string>();

    /// <summary>
    /// Gets or sets how the path begins, by whole segments: <c>/api</c> matches <c>/api</c> and <c>/api/x</c>, not
    /// <c>/apix</c>. Default null: any path.
    /// </summary>
    public string? PathPrefix { get; set; }

    /// <summary>Gets or sets the name of the cluster that serves what matches. Required.</summary>
    public string Cluster { get; set; } = "";
}
