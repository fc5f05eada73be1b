using System;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is a whole number. Whether it is in its range is for the options' validation, which knows it, too.</summary>
internal sealed class NumberKey<T>(string name, int min, int max, string summary, Func<T, int?> get, Action<T, int> set)
    : ScalarKey<T, int?>(name, summary, get, (T target, int? value) => set(target, value ?? 0))
{
    protected override string ValueForm => string.Create(CultureInfo.InvariantCulture, $"{min} {(max == int.MaxValue ? "or more" : $"to {max}")}");

    protected override string Example => $"a whole number, {ValueForm}";

    protected override JsonObject DescribeValue()
    {
        var described = OfType("integer");
        described["minimum"] = min;
        if (max != int.MaxValue)
        {
            described["maximum"] = max;
        }

        return described;
    }

    protected override bool TryRead(ConfigurationNode node, out int? value, out string? error)
    {
        error = null;
        var isNumber = int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = number;
        return isNumber && node.Kind is NodeKind.Number or NodeKind.Bare;
    }

    protected override string Format(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    protected override void WriteValue(int? value, Utf8JsonWriter json) => json.WriteNumberValue(value!.Value);
}
