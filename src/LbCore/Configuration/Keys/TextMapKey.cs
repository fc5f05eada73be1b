using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is an object of texts.</summary>
internal sealed class TextMapKey<T>(string name, string form, string example, string summary, Func<T, IDictionary<string, string>> get)
    : OptionKey<T>(name, summary)
{
    public override string Form => form;

    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (node.Kind is not (NodeKind.Object or NodeKind.Numbered))
        {
            errors.Add(node, path, $"{node} is no object of texts; write {{ {example} }}");
            return;
        }

        // What was set before, in code or by another layer, keeps what is not written here, and its name.
        var items = get(target);
        var names = new NameSpellings(items.Keys, node.NameComparison);
        foreach (var (key, value) in node.Members)
        {
            if (value.Kind is NodeKind.String or NodeKind.Bare)
            {
                items[names.Find(key) ?? key] = value.Text;
            }
            else
            {
                errors.Add(value, $"{path}.{key}", $"{value} cannot be its value; write a text, as in {{ {example} }}");
            }
        }
    }

    public override void Write(T source, Utf8JsonWriter json)
    {
        json.WritePropertyName(Name);
        json.WriteStartObject();
        foreach (var (key, text) in get(source))
        {
            json.WriteString(key, VariableText.Escape(text));
        }

        json.WriteEndObject();
    }

    public override JsonObject Describe() =>
        new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } };
}
