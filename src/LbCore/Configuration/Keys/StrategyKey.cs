using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>
/// The key whose value is a strategy's name, or an object with its name and parameters. Which parameters there are only the
/// strategy knows; the check of the options asks it.
/// </summary>
internal sealed class StrategyKey(string name, string summary) : OptionKey<ClusterOptions>(name, summary)
{
    private const string Type = "type";

    public override string Form => "a name, or an object with `type` and the strategy's parameters";

    public override void Bind(ConfigurationNode node, string path, ClusterOptions target, ConfigurationErrors errors)
    {
        if (node.IsScalar)
        {
            if (IsText(node))
            {
                // Another strategy has other parameters: those of one that was set before do not stay.
                target.Strategy = node.Text == target.Strategy.Type ? target.Strategy : new StrategyOptions { Type = node.Text };
            }
            else
            {
                errors.Add(node, path, $"{node} is no name; write one such as \"round-robin\"");
            }

            return;
        }

        if (node.Kind != NodeKind.Object || node.Members.Count == 0)
        {
            errors.Add(node, path, $"{node} is no strategy; write its name, or {{ \"type\": … }} with its parameters");
            return;
        }

        BindObject(node, path, target, errors);
    }

    public override void Write(ClusterOptions source, Utf8JsonWriter json)
    {
        json.WritePropertyName(Name);
        if (source.Strategy.Parameters.Count == 0)
        {
            json.WriteStringValue(source.Strategy.Type);
            return;
        }

        json.WriteStartObject();
        json.WriteString(Type, source.Strategy.Type);
        foreach (var (parameter, text) in source.Strategy.Parameters)
        {
            json.WriteString(parameter, text);
        }

        json.WriteEndObject();
    }

    public override JsonObject Describe() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "string" },
            new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray(Type),
                ["properties"] = new JsonObject { [Type] = new JsonObject { ["type"] = "string" } },
                ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
            }),
    };

    protected override string DefaultText(ClusterOptions defaults) => defaults.Strategy.Type;

    private static void BindObject(ConfigurationNode node, string path, ClusterOptions target, ConfigurationErrors errors)
    {
        var (type, other) = (node.Members.GetValueOrDefault(Type), node.Members.GetValueOrDefault(""));
        if (type is not null && other is not null && node.NameComparison == StringComparison.OrdinalIgnoreCase)
        {
            // Of two providers nobody knows which one came last. Otherwise it is the object, which was laid over the name.
            errors.Add(other, path, $"there is a name, {other}, beside an object with another one, {type}; keep one of them");
            return;
        }

        type ??= other;
        if (type is not null)
        {
            if (!IsText(type))
            {
                errors.Add(type, $"{path}.{Type}", $"{type} is no name; write one such as \"round-robin\"");
                return;
            }

            if (type.Text != target.Strategy.Type)
            {
                target.Strategy = new StrategyOptions { Type = type.Text };
            }
        }

        target.Strategy.NameComparison = node.NameComparison;
        foreach (var (parameter, value) in node.Members)
        {
            if (ReferenceEquals(value, type) || parameter.Length == 0)
            {
                continue;
            }

            if (value.IsScalar && value.Kind != NodeKind.Null)
            {
                target.Strategy.Parameters[parameter] = value.Text;
            }
            else
            {
                errors.Add(value, $"{path}.{parameter}", $"{value} cannot be a parameter; write a text or a number");
            }
        }
    }

    private static bool IsText(ConfigurationNode node) => node.Kind is NodeKind.String or NodeKind.Bare && node.Text.Length > 0;
}
