using System;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is a number of bytes, such as <c>"32KiB"</c>.</summary>
internal sealed class SizeKey<T>(string name, string range, string summary, Func<T, int> get, Action<T, int> set)
    : ScalarKey<T, int>(name, summary, get, set)
{
    public override string Form => range;

    protected override string Example => "a size with its unit, such as \"512B\", \"32KiB\" or \"1MiB\"";

    public override JsonObject Describe()
    {
        var described = OfType("string");
        described["pattern"] = "^[0-9]+(B|KiB|MiB|GiB)$";
        return described;
    }

    protected override bool TryRead(ConfigurationNode node, out int value, out string? error)
    {
        value = 0;
        error = null;
        return node.Kind is NodeKind.String or NodeKind.Bare && ByteSize.TryParse(node.Text, out value, out error);
    }

    protected override string Format(int value) => ByteSize.Format(value);
}
