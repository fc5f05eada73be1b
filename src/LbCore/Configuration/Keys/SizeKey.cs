using System;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is a number of bytes, such as <c>"32KiB"</c>.</summary>
internal sealed class SizeKey<T>(string name, string range, string summary, Func<T, long?> get, Action<T, long> set, long below = SizeKey<T>.BelowInt)
    : ScalarKey<T, long?>(name, summary, get, (T target, long? value) => set(target, value ?? 0))
{
    /// <summary>The bound of what an <see cref="int"/> holds.</summary>
    public const long BelowInt = 1L << 31;

    protected override string ValueForm => range;

    protected override string Example => "a size with its unit, such as \"512B\", \"32KiB\" or \"1MiB\"";

    protected override JsonObject DescribeValue()
    {
        var described = OfType("string");
        described["pattern"] = "^[0-9]+(B|KiB|MiB|GiB)$";
        return described;
    }

    protected override bool TryRead(ConfigurationNode node, out long? value, out string? error)
    {
        value = 0;
        error = null;
        if (node.Kind is not (NodeKind.String or NodeKind.Bare) || !ByteSize.TryParse(node.Text, below, out var size, out error))
        {
            return false;
        }

        value = size;
        return true;
    }

    protected override string Format(long? value) => value is { } size ? ByteSize.Format(size) : "";
}
