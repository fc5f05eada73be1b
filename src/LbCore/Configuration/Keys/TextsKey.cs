using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is a list of texts.</summary>
internal sealed class TextsKey<T>(string name, string form, string example, string summary, Func<T, IList<string>> get)
    : OptionKey<T>(name, summary)
{
    public override string Form => form;

    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (!node.IsList || node.Items.Exists(static item => item.Kind is not (NodeKind.String or NodeKind.Bare)))
        {
            errors.Add(node, path, $"{node} is no list of texts; write [ \"{example}\" ]");
            return;
        }

        get(target).Clear();
        foreach (var item in node.Items)
        {
            get(target).Add(item.Text);
        }
    }

    public override void Write(T source, Utf8JsonWriter json)
    {
        json.WritePropertyName(Name);
        json.WriteStartArray();
        foreach (var text in get(source))
        {
            json.WriteStringValue(VariableText.Escape(text));
        }

        json.WriteEndArray();
    }

    public override JsonObject Describe() =>
        new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };
}
