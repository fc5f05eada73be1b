using System;
using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key whose feature is planned: refused, so that nobody believes that it is in force.</summary>
internal sealed class LaterKey<T>(string name, string summary) : OptionKey<T>(name, summary)
{
    public override bool IsLater => true;

    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors) =>
        errors.AddAtName(node, path, $"'{Name}' is not supported yet; leave it out");

    public override void Write(T source, Utf8JsonWriter json) => throw new NotSupportedException($"'{Name}' has no value yet.");

    public override JsonObject Describe() => throw new NotSupportedException($"'{Name}' has no value yet.");

    public override void Document(string path, T defaults, OptionReference reference) =>
        reference.Add(path, "", "", Summary, isLater: true);
}
