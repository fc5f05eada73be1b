using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is <c>true</c> or <c>false</c>.</summary>
internal sealed class FlagKey<T>(string name, string summary, Func<T, bool> get, Action<T, bool> set)
    : ScalarKey<T, bool>(name, summary, get, set)
{
    protected override string ValueForm => "`true`, `false`";

    protected override string Example => "true or false";

    protected override JsonObject DescribeValue() => OfType("boolean");

    protected override bool TryRead(ConfigurationNode node, out bool value, out string? error)
    {
        error = null;
        value = node.Text == "true";
        return value || node.Text == "false";
    }

    protected override string Format(bool value) => value ? "true" : "false";

    protected override void WriteValue(bool value, Utf8JsonWriter json) => json.WriteBooleanValue(value);
}
