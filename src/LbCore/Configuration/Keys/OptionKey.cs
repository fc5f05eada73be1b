using System.Text.Json;
using System.Text.Json.Nodes;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration.Keys;

/// <summary>
/// One key that an object of the configuration may have: how it is read, written, described and checked for its form.
/// Reader, schema, reference and <c>check --effective</c> all go by these.
/// </summary>
internal abstract class OptionKey<T>
{
    protected OptionKey(string name, string summary)
    {
        Name = name;
        Summary = summary;
    }

    public string Name { get; }

    /// <summary>Gets what it means, in a sentence or two, for the reference and the schema.</summary>
    public string Summary { get; }

    /// <summary>Gets the only mode of listeners in which the key, and all that it holds, means something; null when every mode has it.</summary>
    public ListenerMode? Mode { get; init; }

    /// <summary>Gets what may be written, for the reference; null for what holds other keys.</summary>
    public virtual string? Form => null;

    /// <summary>Gets whether the key is planned and refused until then.</summary>
    public virtual bool IsLater => false;

    /// <summary>Reads the value into the options. What is wrong is added to the errors, and the options keep their default.</summary>
    public abstract void Bind(ConfigurationNode node, string path, T target, ConfigurationErrors errors);

    /// <summary>Writes the name and the value in force; nothing when there is none.</summary>
    public abstract void Write(T source, Utf8JsonWriter json);

    /// <summary>Adds an error when it was written for a listener of a mode that has no such key: it would do nothing there.</summary>
    public virtual void CheckMode(ConfigurationNode node, string path, ListenerMode mode, ConfigurationErrors errors)
    {
        // Settings laid over options in code are read beside every key of these, which nobody wrote.
        if (!Has(mode) && node.IsWritten)
        {
            var (own, other) = (Word(Mode!.Value), Word(mode));
            errors.AddAtName(node, path, $"it is for mode {own}, and this listener has mode {other}; leave it out, or set \"mode\": \"{own}\"");
        }
    }

    /// <summary>Returns whether listeners of a mode have it.</summary>
    public bool Has(ListenerMode mode) => Mode is null || Mode == mode;

    /// <summary>Returns the key with no more than a mode has of what it holds.</summary>
    public virtual OptionKey<T> For(ListenerMode mode) => this;

    /// <summary>Describes the value as JSON Schema.</summary>
    public abstract JsonObject Describe();

    /// <summary>Adds this key's lines, and those of what it holds, to the reference.</summary>
    public virtual void Document(string path, T defaults, OptionReference reference) =>
        reference.Add(path, Form ?? "", DefaultText(defaults), Summary);

    /// <summary>Returns the default as it would be written; empty when there is none.</summary>
    protected virtual string DefaultText(T defaults) => "";

    private static string Word(ListenerMode mode) => mode == ListenerMode.Tcp ? "tcp" : "http";
}
