namespace LbCore.Configuration;

/// <summary>Describes one address of a cluster.</summary>
public sealed class BackendOptions
{
    /// <summary>
    /// Gets or sets the address: <c>ip:port</c>, <c>[v6]:port</c>, <c>name:port</c> or <c>unix:/path</c>. A name is
    /// resolved once, at the start; of several addresses the first one counts. Required.
    /// </summary>
    public string Address { get; set; } = "";

    /// <summary>Gets or sets its share beside the others' weights. 0 to 256; default 1. 0 takes only the sessions that it has already.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>Gets or sets what it takes, as its operator wants it. Default <see cref="BackendAvailability.Active"/>.</summary>
    public BackendAvailability State { get; set; }

    /// <summary>Gets or sets how many connections it takes at once. 1 or more; default null: no limit. A full backend is passed over.</summary>
    public int? MaxConnections { get; set; }
}
