using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Asks something of one header field. Without anything, the field must be there.</summary>
public sealed class RouteHeaderOptions
{
    /// <summary>Gets or sets the value, compared with its case. Of a field that is repeated, one line must have it. Default null: any value.</summary>
    public string? Value { get; set; }

    /// <summary>Gets the values of which the field must have one. Not beside <see cref="Value"/>. Empty for any value.</summary>
    public IList<string> Values { get; } = new List<string>();

    /// <summary>Gets or sets whether the field must be there. Default <see cref="HeaderPresence.Present"/>.</summary>
    public HeaderPresence Is { get; set; } = HeaderPresence.Present;
}
