namespace LbCore.Configuration;

/// <summary>Changes the path and the host of requests on their way to a backend. The query stays.</summary>
public sealed class RewriteOptions
{
    /// <summary>Gets or sets what is taken from the path's beginning: the route's prefix, or whole segments of it. Default null: nothing.</summary>
    public string? StripPrefix { get; set; }

    /// <summary>Gets or sets what is put before the path, after anything was taken from it. Default null: nothing.</summary>
    public string? AddPrefix { get; set; }

    /// <summary>Gets or sets the Host field that the backend gets: a host, with or without a port. Default null: the client's.</summary>
    public string? Host { get; set; }
}
