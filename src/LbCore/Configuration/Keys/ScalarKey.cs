using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose value is one text, number or word.</summary>
internal abstract class ScalarKey<T, TValue> : OptionKey<T>
{
    private readonly Func<T, TValue> _get;
    private readonly Action<T, TValue> _set;

    protected ScalarKey(string name, string summary, Func<T, TValue> get, Action<T, TValue> set)
        : base(name, summary)
    {
        _get = get;
        _set = set;
    }

    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (!node.IsScalar || node.Kind == NodeKind.Null)
        {
            errors.Add(node, path, $"{node} cannot be its value; write {Example}");
        }
        else if (TryRead(node, out var value, out var error))
        {
            _set(target, value);
        }
        else
        {
            errors.Add(node, path, error ?? $"{node} cannot be read; write {Example}");
        }
    }

    public override void Write(T source, Utf8JsonWriter json)
    {
        // What has no value is left out, as it would be in a file.
        if (_get(source) is { } value && Format(value).Length > 0)
        {
            json.WritePropertyName(Name);
            WriteValue(value, json);
        }
    }

    /// <summary>Gets what to write instead of what cannot be read.</summary>
    protected abstract string Example { get; }

    protected abstract bool TryRead(ConfigurationNode node, out TValue value, out string? error);

    protected abstract string Format(TValue value);

    protected virtual void WriteValue(TValue value, Utf8JsonWriter json) => json.WriteStringValue(Format(value));

    protected override string DefaultText(T defaults) => _get(defaults) is { } value ? Format(value) : "";

    protected static JsonObject OfType(string type) => new() { ["type"] = type };
}
