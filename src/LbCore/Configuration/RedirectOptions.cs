namespace LbCore.Configuration;

/// <summary>Redirects requests.</summary>
public sealed class RedirectOptions
{
    /// <summary>Gets or sets the status: 301, 302, 303, 307 or 308. Default 302.</summary>
    public int Status { get; set; } = 302;

    /// <summary>
    /// Gets or sets the Location: <c>https://host/path</c>, or <c>/path</c> on the same host. At most 2 KiB. Placeholders are
    /// <c>{host}</c> (without a port), <c>{path}</c>, <c>{rest}</c> (what is behind the route's prefix) and <c>{query}</c>
    /// (with its question mark). Required.
    /// </summary>
    public string To { get; set; } = "";
}
