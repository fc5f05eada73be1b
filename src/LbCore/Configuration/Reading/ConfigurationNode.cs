using System;
using System.Collections.Generic;
using System.Linq;

namespace LbCore.Configuration.Reading;

/// <summary>A value of the configuration as it was written, with its place. Layers are merged into one tree before it is understood.</summary>
internal sealed class ConfigurationNode
{
    private static readonly Dictionary<string, ConfigurationNode> None = [];

    private Dictionary<string, ConfigurationNode>? _members;

    public ConfigurationNode(NodeKind kind, ConfigurationPlace place, string text = "", bool ignoreCase = false)
    {
        Kind = kind;
        Place = place;
        Text = text;
        NameComparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        _members = kind is NodeKind.Object or NodeKind.Numbered
            ? new Dictionary<string, ConfigurationNode>(StringComparer.FromComparison(NameComparison))
            : null;
    }

    public NodeKind Kind { get; private set; }

    public ConfigurationPlace Place { get; private set; }

    /// <summary>Gets how its members' names compare.</summary>
    public StringComparison NameComparison { get; }

    /// <summary>Gets or sets where its name stands; the value's own place when it has none.</summary>
    public ConfigurationPlace? NamePlace { get; set; }

    /// <summary>Gets whether somebody wrote it; not so what options in code had before a layer was laid over them.</summary>
    public bool IsWritten => Place.Text is not null;

    /// <summary>Gets or sets a scalar as text: what is between the quotes, or the number or word itself.</summary>
    public string Text { get; set; }

    /// <summary>Gets what an object has, in the order in which it was written.</summary>
    public IReadOnlyDictionary<string, ConfigurationNode> Members => _members ?? None;

    /// <summary>Gets what an array has.</summary>
    public List<ConfigurationNode> Items { get; } = [];

    public bool IsScalar => Kind is not (NodeKind.Object or NodeKind.Array or NodeKind.Numbered);

    /// <summary>Gets whether it can be a list. An empty one has no other form where every value is a text.</summary>
    public bool IsList => Kind is NodeKind.Array or NodeKind.Numbered || (Kind == NodeKind.Bare && Text.Length == 0);

    public bool TryAdd(string name, ConfigurationNode value) => _members!.TryAdd(name, value);

    /// <summary>Sets the value at a path, and makes the objects on the way.</summary>
    public void Set(ReadOnlySpan<string> path, ConfigurationNode value)
    {
        if (path.IsEmpty)
        {
            Kind = value.Kind;
            Place = value.Place;
            Text = value.Text;
            _members = value._members;
            Items.Clear();
            Items.AddRange(value.Items);
            return;
        }

        if (Kind != NodeKind.Object)
        {
            // A short form, such as a backend that is only its address, is spelled out by whoever understands it.
            _members = new Dictionary<string, ConfigurationNode>(StringComparer.Ordinal);
            if (IsScalar && Kind != NodeKind.Null)
            {
                _members.Add("", new ConfigurationNode(Kind, Place, Text));
            }

            Kind = NodeKind.Object;
            Items.Clear();
        }

        if (!_members!.TryGetValue(path[0], out var next))
        {
            next = new ConfigurationNode(NodeKind.Object, value.Place);
            _members.Add(path[0], next);
        }

        next.Set(path[1..], value);
    }

    /// <summary>Finds the place of the nearest thing that was written on a path. Names may have dots in them.</summary>
    public ConfigurationPlace FindPlace(ReadOnlySpan<char> path)
    {
        if (path.StartsWith("[") && path.IndexOf(']') is > 0 and var end
            && int.TryParse(path[1..end], out var index) && index < Items.Count)
        {
            return Items[index].FindPlace(path[(end + 1)..]);
        }

        path = path.TrimStart('.');
        ConfigurationNode? nearest = null;
        var length = -1;
        foreach (var (name, member) in Members)
        {
            if (name.Length > length && path.StartsWith(name, NameComparison) && (path.Length == name.Length || path[name.Length] is '.' or '['))
            {
                nearest = member;
                length = name.Length;
            }
        }

        return nearest is null ? Place : nearest.FindPlace(path[length..]);
    }

    public override string ToString() => Kind switch
    {
        // Providers of an IConfiguration do not tell them apart.
        NodeKind.Object when Members.Count == 0 => NameComparison == StringComparison.Ordinal ? "an empty object" : "null or an empty object",
        NodeKind.Object => $"an object ({string.Join(", ", Members.Keys.Where(static name => name.Length > 0).Take(3))})",
        NodeKind.Array or NodeKind.Numbered => "a list",
        NodeKind.Null => "null",
        _ => $"'{Text}'",
    };
}
