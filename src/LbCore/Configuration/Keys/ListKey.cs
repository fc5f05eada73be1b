using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is a list of objects, in an order that matters.</summary>
internal sealed class ListKey<T, TItem>(string name, string summary, OptionTable<TItem> table, Func<T, IList<TItem>> get)
    : OptionKey<T>(name, summary)
    where TItem : class
{
    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (!node.IsList)
        {
            errors.Add(node, path, $"{node} is no list; write [ {{ … }}, {{ … }} ]");
            return;
        }

        get(target).Clear();
        for (var i = 0; i < node.Items.Count; i++)
        {
            var item = table.Create();
            get(target).Add(item);
            table.Bind(node.Items[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), item, errors);
        }
    }

    public override void Write(T source, Utf8JsonWriter json)
    {
        json.WritePropertyName(Name);
        json.WriteStartArray();
        foreach (var item in get(source))
        {
            table.Write(item, json);
        }

        json.WriteEndArray();
    }

    public override JsonObject Describe() => new() { ["type"] = "array", ["items"] = table.Describe() };

    public override void Document(string path, T defaults, OptionReference reference)
    {
        reference.Add(path, "a list of objects", "", Summary);
        table.Document(path + "[]", reference);
    }
}
