using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is one text, number or word.</summary>
internal abstract class ScalarKey<T, TValue> : OptionKey<T>
{
    private const string None = "none";

    private readonly Func<T, TValue> _get;
    private readonly Action<T, TValue> _set;

    protected ScalarKey(string name, string summary, Func<T, TValue> get, Action<T, TValue> set)
        : base(name, summary)
    {
        _get = get;
        _set = set;
    }

    /// <summary>Gets what takes a bound away, which is written <c>"none"</c>; null when it cannot be taken away.</summary>
    public Action<T>? SetNone { get; init; }

    public sealed override string Form => SetNone is null ? ValueForm : $"{ValueForm}, or `{None}`";

    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (!node.IsScalar || node.Kind == NodeKind.Null)
        {
            errors.Add(node, path, $"{node} cannot be its value; write {Written}");
        }
        else if (SetNone is not null && node is { Kind: NodeKind.String or NodeKind.Bare, Text: None })
        {
            SetNone(target);
        }
        else if (TryRead(node, out var value, out var error))
        {
            _set(target, value);
        }
        else
        {
            errors.Add(node, path, error is null ? $"{node} cannot be read; write {Written}" : SetNone is null ? error : $"{error}, or \"{None}\" for no bound");
        }
    }

    public override void Write(T source, Utf8JsonWriter json)
    {
        // What has no value, and no word for that, is left out, as it would be in a file.
        if (_get(source) is { } value && Format(value).Length > 0)
        {
            json.WritePropertyName(Name);
            WriteValue(value, json);
        }
        else if (SetNone is not null)
        {
            json.WriteString(Name, None);
        }
    }

    public sealed override JsonObject Describe() => SetNone is null ? DescribeValue()
        : new JsonObject { ["anyOf"] = new JsonArray(DescribeValue(), new JsonObject { ["const"] = None }) };

    /// <summary>Gets the values that may be written, for the reference.</summary>
    protected abstract string ValueForm { get; }

    /// <summary>Gets the values to write instead of what cannot be read.</summary>
    protected abstract string Example { get; }

    protected abstract JsonObject DescribeValue();

    protected abstract bool TryRead(ConfigurationNode node, out TValue value, out string? error);

    protected abstract string Format(TValue value);

    protected virtual void WriteValue(TValue value, Utf8JsonWriter json) => json.WriteStringValue(Format(value));

    protected override string DefaultText(T defaults) => _get(defaults) is { } value ? Format(value) : SetNone is null ? "" : None;

    private string Written => SetNone is null ? Example : $"{Example}, or \"{None}\"";

    protected static JsonObject OfType(string type) => new() { ["type"] = type };
}
