using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>
/// Says which requests it takes and what becomes of them: they go to a cluster, are redirected, or answered. What is left
/// out of the conditions takes everything.
/// </summary>
public sealed class RouteOptions
{
    /// <summary>
    /// Gets the hosts: names such as <c>www.example.com</c>, or <c>*.example.com</c> for every name below one. Compared
    /// without case, and without a port. Empty for any host.
    /// </summary>
    public IList<string> Hosts { get; } = new List<string>();

    /// <summary>
    /// Gets or sets how the path begins, by whole segments: <c>/api</c> matches <c>/api</c> and <c>/api/x</c>, not
    /// <c>/apix</c>. Default null: any path. Not beside <see cref="Path"/>.
    /// </summary>
    public string? PathPrefix { get; set; }

    /// <summary>Gets or sets the whole path, without a query. Default null: any path. Not beside <see cref="PathPrefix"/>.</summary>
    public string? Path { get; set; }

    /// <summary>Gets the methods, with their case: <c>GET</c>. Empty for any method. GET does not include HEAD.</summary>
    public IList<string> Methods { get; } = new List<string>();

    /// <summary>Gets what is asked of header fields, by their names; all of it must hold. Empty for nothing.</summary>
    public IDictionary<string, RouteHeaderOptions> Headers { get; } = new Dictionary<string, RouteHeaderOptions>();

    /// <summary>Gets or sets the name of the cluster that serves what matches. One of this, <see cref="Redirect"/> and <see cref="Answer"/> is required.</summary>
    public string Cluster { get; set; } = "";

    /// <summary>Gets or sets where to redirect what matches. Default null: nowhere.</summary>
    public RedirectOptions? Redirect { get; set; }

    /// <summary>Gets or sets what to answer without a backend. Default null: nothing.</summary>
    public AnswerOptions? Answer { get; set; }

    /// <summary>Gets or sets how the path and the host change on the way to the backend. Default null: not at all.</summary>
    public RewriteOptions? Rewrite { get; set; }

    /// <summary>Gets which header fields change on the way to the backend.</summary>
    public HeaderEditOptions RequestHeaders { get; } = new();

    /// <summary>Gets which header fields of the response change on the way to the client. Those to set are also in a redirect or an answer of this route.</summary>
    public HeaderEditOptions ResponseHeaders { get; } = new();
}
