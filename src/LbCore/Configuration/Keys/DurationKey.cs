using System;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is a duration, such as <c>"30s"</c>.</summary>
internal sealed class DurationKey<T>(string name, string range, string summary, Func<T, TimeSpan> get, Action<T, TimeSpan> set)
    : ScalarKey<T, TimeSpan>(name, summary, get, set)
{
    protected override string ValueForm => range;

    protected override string Example => "a duration with its unit, such as \"500ms\", \"5s\" or \"2m\"";

    protected override JsonObject DescribeValue()
    {
        var described = OfType("string");
        described["pattern"] = "^[0-9]+(ms|s|m|h|d)$";
        return described;
    }

    protected override bool TryRead(ConfigurationNode node, out TimeSpan value, out string? error)
    {
        if (node.Kind is NodeKind.String or NodeKind.Bare)
        {
            return Duration.TryParse(node.Text, out value, out error);
        }

        value = default;
        error = node.Kind == NodeKind.Number
            ? $"{node} has no unit; write \"{node.Text}s\" for seconds, or another unit, such as \"500ms\" or \"2m\""
            : null;
        return false;
    }

    protected override string Format(TimeSpan value) => Duration.Format(value);
}
