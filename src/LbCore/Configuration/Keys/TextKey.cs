using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is a text, such as an address or a name.</summary>
internal sealed class TextKey<T>(string name, string form, string example, string summary, Func<T, string?> get, Action<T, string?> set)
    : ScalarKey<T, string?>(name, summary, get, set)
{
    protected override string ValueForm => form;

    protected override string Example => $"a text, such as \"{example}\"";

    protected override JsonObject DescribeValue() => OfType("string");

    protected override bool TryRead(ConfigurationNode node, out string? value, out string? error)
    {
        value = node.Text;
        error = null;
        return node.Kind is NodeKind.String or NodeKind.Bare;
    }

    protected override string Format(string? value) => value ?? "";

    protected override void WriteValue(string? value, Utf8JsonWriter json) => json.WriteStringValue(VariableText.Escape(value!));
}
