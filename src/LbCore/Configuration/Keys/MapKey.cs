using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value has objects by their names. An object may have a short form: a text instead of its one needed key.</summary>
internal sealed class MapKey<T, TItem>(
    string name, string itemName, string summary, OptionTable<TItem> table, Func<T, IDictionary<string, TItem>> get, string? shortFormOf = null)
    : OptionKey<T>(name, summary)
    where TItem : class
{
    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (node.Kind is not (NodeKind.Object or NodeKind.Numbered))
        {
            errors.Add(node, path, $"{node} is no object; write {{ \"{itemName}\": … }} with a name of your choice");
            return;
        }

        // What was set before, in code or by another layer, keeps what is not written here, and its name.
        var items = get(target);
        var names = new NameSpellings(items.Keys, node.NameComparison);
        foreach (var (key, value) in node.Members)
        {
            var name = names.Find(key) ?? key;
            if (!items.TryGetValue(name, out var item))
            {
                items.Add(name, item = table.Create());
            }

            table.Bind(shortFormOf is null ? value : SpellOut(value), $"{path}.{name}", item, errors);
        }
    }

    public override void Write(T source, Utf8JsonWriter json)
    {
        json.WritePropertyName(Name);
        json.WriteStartObject();
        foreach (var (key, item) in get(source))
        {
            json.WritePropertyName(key);
            table.Write(item, json);
        }

        json.WriteEndObject();
    }

    public override JsonObject Describe()
    {
        var item = table.Describe();
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = shortFormOf is null ? item : new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, item) },
        };
    }

    public override void Document(string path, T defaults, OptionReference reference)
    {
        reference.Add(path, $"objects by name{(shortFormOf is null ? "" : $", or only their `{shortFormOf}` as a text")}", "", Summary);
        table.Document($"{path}.<{itemName}>", reference);
    }

    // "a": "127.0.0.1:9001", also when an override has put other keys beside it, which keeps the text under an empty name.
    private ConfigurationNode SpellOut(ConfigurationNode value)
    {
        var text = value.Kind is NodeKind.String or NodeKind.Bare ? value : value.Members.GetValueOrDefault("");
        if (text is null)
        {
            return value;
        }

        var whole = new ConfigurationNode(NodeKind.Object, value.Place, ignoreCase: value.NameComparison == StringComparison.OrdinalIgnoreCase);
        foreach (var (key, member) in value.Members)
        {
            if (key.Length > 0)
            {
                whole.TryAdd(key, member);
            }
        }

        whole.TryAdd(shortFormOf!, text);
        return whole;
    }
}
