using System;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>All keys of one kind of object.</summary>
internal sealed class OptionTable<T>
    where T : class
{
    private readonly OptionKey<T>[] _keys;
    private readonly Func<T> _create;

    public OptionTable(Func<T> create, params OptionKey<T>[] keys)
    {
        _create = create;
        _keys = keys;
    }

    /// <summary>Gets what tells the mode of an object, where some keys are for one mode only.</summary>
    public Func<T, ListenerMode>? ModeOf { get; init; }

    public T Create() => _create();

    public void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (node.Kind != NodeKind.Object)
        {
            errors.Add(node, path, NoObject(node));
            return;
        }

        foreach (var (name, value) in node.Members)
        {
            var key = Find(name, node);
            var at = At(path, key?.Name ?? name);
            if (key is not null)
            {
                key.Bind(value, at, target, errors);
            }
            else if (name.Length == 0)
            {
                // A text from one layer, beside keys from another.
                errors.Add(value, path, NoObject(value));
            }
            else
            {
                errors.AddAtName(value, at, NoSuchKey(name));
            }
        }

        // Not before all is read: the mode may be written last, or have been set by another layer.
        if (ModeOf is not null && !errors.Covers(At(path, "mode")))
        {
            CheckMode(node, path, ModeOf(target), errors);
        }
    }

    /// <summary>Adds an error for each key that was written and that a mode does not have.</summary>
    public void CheckMode(ConfigurationNode node, string path, ListenerMode mode, ConfigurationErrors errors)
    {
        foreach (var (name, value) in node.Members)
        {
            if (Find(name, node) is { } key)
            {
                key.CheckMode(value, At(path, key.Name), mode, errors);
            }
        }
    }

    /// <summary>Returns the table with no more than the keys of a mode.</summary>
    public OptionTable<T> For(ListenerMode mode) =>
        new(_create, [.. _keys.Where(key => key.Has(mode)).Select(key => key.For(mode))]);

    /// <summary>Writes every value in force; so none of a key that the object's mode does not have.</summary>
    public void Write(T source, Utf8JsonWriter json)
    {
        if (ModeOf is not null)
        {
            For(ModeOf(source)).Write(source, json);
            return;
        }

        json.WriteStartObject();
        foreach (var key in _keys.Where(static key => !key.IsLater))
        {
            key.Write(source, json);
        }

        json.WriteEndObject();
    }

    public JsonObject Describe()
    {
        var properties = new JsonObject();
        foreach (var key in _keys.Where(static key => !key.IsLater))
        {
            var property = key.Describe();
            property.Insert(0, "description", key.Summary);
            properties.Add(key.Name, property);
        }

        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    public void Document(string path, OptionReference reference)
    {
        var defaults = _create();
        foreach (var key in _keys)
        {
            key.Document(At(path, key.Name), defaults, reference);
        }
    }

    private OptionKey<T>? Find(string name, ConfigurationNode node) => Array.Find(_keys, key => key.Name.Equals(name, node.NameComparison));

    private static string At(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private string NoObject(ConfigurationNode node) => $"{node} is no object; write {{ \"{_keys[0].Name}\": … }}";

    private string NoSuchKey(string name)
    {
        var names = _keys.Select(static key => key.Name).ToList();
        var meant = NearestName.Find(name, names) is { } nearest ? $"did you mean {nearest}? The keys are " : "the keys are ";
        return $"there is no key '{name}' here; {meant}{string.Join(", ", names)}";
    }
}
