using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>A key that is for editors only: taken, and without a value for us.</summary>
internal sealed class EditorKey<T>(string name, string summary) : OptionKey<T>(name, summary)
{
    public override string Form => "a path or an address";

    public override void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors)
    {
        if (!node.IsScalar)
        {
            errors.Add(node, path, $"{node} cannot be its value; write {Form}");
        }
    }

    public override void Write(T source, Utf8JsonWriter json)
    {
    }

    public override JsonObject Describe() => new() { ["type"] = "string" };
}
