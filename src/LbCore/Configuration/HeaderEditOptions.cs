using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>Changes header fields. Fields that concern a connection or how a message is framed cannot be changed.</summary>
public sealed class HeaderEditOptions
{
    /// <summary>Gets the fields to set, by their names. They replace what is there. At most 64; a value has at most 4 KiB of visible ASCII, spaces and tabs.</summary>
    public IDictionary<string, string> Set { get; } = new Dictionary<string, string>();

    /// <summary>Gets the names of fields to remove. At most 64.</summary>
    public IList<string> Remove { get; } = new List<string>();
}
