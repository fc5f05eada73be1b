using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is an object with keys of its own.</summary>
internal sealed class SectionKey<T, TSection>(string name, string summary, OptionTable<TSection> table, Func<T, TSection> get)
    : OptionKey<T>(name, summary)
    where TSection : class
{
    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors) =>
        table.Bind(node, path, get(target), errors);

    public override void CheckMode(ConfigurationNode node, string path, ListenerMode mode, ConfigurationErrors errors)
    {
        if (Has(mode))
        {
            table.CheckMode(node, path, mode, errors);
        }
        else
        {
            base.CheckMode(node, path, mode, errors);
        }
    }

    public override OptionKey<T> For(ListenerMode mode) => new SectionKey<T, TSection>(Name, Summary, table.For(mode), get) { Mode = Mode };

    public override void Write(T source, Utf8JsonWriter json)
    {
        json.WritePropertyName(Name);
        table.Write(get(source), json);
    }

    public override JsonObject Describe() => table.Describe();

    public override void Document(string path, T defaults, OptionReference reference)
    {
        reference.Add(path, "an object", "", Summary);
        table.Document(path, reference);
    }
}
