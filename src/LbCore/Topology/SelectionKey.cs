using System;
using System.Text;

namespace LbCore.Topology;

/// <summary>Represents what a strategy chooses by: a kind, and the name of the field, cookie or parameter. Immutable; any thread.</summary>
public sealed record SelectionKey
{
    /// <summary>Creates a key.</summary>
    /// <param name="kind">What to choose by.</param>
    /// <param name="name">The name of the field, cookie or parameter; empty for kinds without one.</param>
    /// <exception cref="ArgumentException">A kind has a name that needs none, or none and needs one.</exception>
    public SelectionKey(SelectionKeyKind kind, string name = "")
    {
        ArgumentNullException.ThrowIfNull(name);
        if (NeedsName(kind) != (name.Length > 0))
        {
            throw new ArgumentException(NeedsName(kind) ? $"{kind} needs a name" : $"{kind} has no name", nameof(name));
        }

        Kind = kind;
        Name = name;
        NameBytes = Encoding.UTF8.GetBytes(name);
    }

    /// <summary>Gets the key of strategies that choose by nothing.</summary>
    public static SelectionKey None { get; } = new(SelectionKeyKind.None);

    /// <summary>Gets what to choose by.</summary>
    public SelectionKeyKind Kind { get; }

    /// <summary>Gets the name of the field, cookie or parameter; empty for kinds without one.</summary>
    public string Name { get; }

    /// <summary>Gets whether it is found in the target.</summary>
    internal bool NeedsPath => Kind is SelectionKeyKind.Path or SelectionKeyKind.Query;

    /// <summary>Gets the name as it stands in a head.</summary>
    internal byte[] NameBytes { get; }

    /// <summary>Gets whether only requests have it, so that listeners in mode tcp cannot use it.</summary>
    public bool NeedsRequest => Kind is not (SelectionKeyKind.None or SelectionKeyKind.ClientAddress);

    /// <summary>Returns whether another key means the same.</summary>
    /// <param name="other">The other key.</param>
    public bool Equals(SelectionKey? other) => other is not null && Kind == other.Kind && Name == other.Name;

    /// <summary>Returns a hash code of what the key means.</summary>
    public override int GetHashCode() => HashCode.Combine(Kind, Name);

    /// <summary>Returns the key as the configuration has it.</summary>
    public override string ToString() => Kind switch
    {
        SelectionKeyKind.None => "none",
        SelectionKeyKind.ClientAddress => "address",
        SelectionKeyKind.Header => $"header:{Name}",
        SelectionKeyKind.Cookie => $"cookie:{Name}",
        SelectionKeyKind.Path => "path",
        _ => $"query:{Name}",
    };

    private static bool NeedsName(SelectionKeyKind kind) =>
        kind is SelectionKeyKind.Header or SelectionKeyKind.Cookie or SelectionKeyKind.Query;
}
