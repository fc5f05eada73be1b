using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is an object with keys of its own, and which makes a difference by being there.</summary>
internal sealed class OptionalSectionKey<T, TSection>(
    string name, string summary, OptionTable<TSection> table, Func<T, TSection?> get, Action<T, TSection> set)
    : OptionKey<T>(name, summary)
    where TSection : class
{
    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (get(target) is not { } section)
        {
            set(target, section = table.Create());
        }

        table.Bind(node, path, section, errors);
    }

    public override void Write(T source, Utf8JsonWriter json)
    {
        if (get(source) is { } section)
        {
            json.WritePropertyName(Name);
            table.Write(section, json);
        }
    }

    public override JsonObject Describe() => table.Describe();

    public override void Document(string path, T defaults, OptionReference reference)
    {
        reference.Add(path, "an object", "", Summary);
        table.Document(path, reference);
    }
}
