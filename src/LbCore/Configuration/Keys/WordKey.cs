using System;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is one of a few words: the names of an enumeration, in camel case.</summary>
internal sealed class WordKey<T, TEnum>(string name, string summary, Func<T, TEnum> get, Action<T, TEnum> set)
    : ScalarKey<T, TEnum>(name, summary, get, set)
    where TEnum : struct, Enum
{
    private static readonly string[] Words = [.. Enum.GetNames<TEnum>().Select(static word => JsonNamingPolicy.CamelCase.ConvertName(word))];

    protected override string ValueForm => string.Join(", ", Words.Select(static word => $"`{word}`"));

    protected override string Example => string.Join(" or ", Words.Select(static word => $"\"{word}\""));

    protected override JsonObject DescribeValue() => new() { ["enum"] = new JsonArray([.. Words.Select(static word => (JsonNode?)JsonValue.Create(word))]) };

    protected override bool TryRead(ConfigurationNode node, out TEnum value, out string? error)
    {
        error = null;
        var index = Array.IndexOf(Words, node.Text);
        value = index < 0 ? default : Enum.GetValues<TEnum>()[index];
        if (index < 0)
        {
            var meant = NearestName.Find(node.Text, Words) is { } nearest ? $" (did you mean {nearest}?)" : "";
            error = $"'{node.Text}' cannot be its value; write {string.Join(" or ", Words)}{meant}";
        }

        return index >= 0;
    }

    // What code has made of a number is no word, and is refused when it is read.
    protected override string Format(TEnum value) =>
        Array.IndexOf(Enum.GetValues<TEnum>(), value) is >= 0 and var index ? Words[index] : value.ToString();
}
