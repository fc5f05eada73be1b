using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LbCore.Configuration.Keys;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration;

/// <summary>Reads options from a JSON file, with what the environment and single settings lay over it. Any thread.</summary>
/// <remarks>
/// Comments and trailing commas are allowed, unknown keys are errors. In texts <c>${NAME}</c> and <c>${NAME:-default}</c> are
/// replaced by variables of the environment. A variable <c>LBCORE__clusters__app__strategy</c> sets one value, and so does
/// the setting <c>clusters.app.strategy=round-robin</c>, which has the last word.
/// </remarks>
public static class ConfigurationFile
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">Single values to be laid over it, each as <c>path=value</c>.</param>
    /// <returns>
    /// The options. What is wrong with the text is not thrown here: it comes together with whatever else is wrong when the
    /// options are checked or used, so that nobody has to mend one error after the other.
    /// </returns>
    public static LbCoreOptions Read(string path, params IEnumerable<string> settings)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(settings);
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
        var errors = new ConfigurationErrors();
        return Read(ReadBytes(path, errors), path, settings, variables, errors);
    }

    /// <summary>Returns the options as JSON, with every key and whatever holds for it.</summary>
    public static string Format(LbCoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            LbCoreKeys.Root.Write(options, json);
        }

        return TextOf(stream);
    }

    /// <summary>Returns the JSON Schema of the file (draft 2020-12), which editors check and complete by.</summary>
    public static string Schema()
    {
        var schema = LbCoreKeys.Root.Describe();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "LbCore");
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            schema.WriteTo(json);
        }

        return TextOf(stream);
    }

    internal static LbCoreOptions Read(
        byte[]? text, string source, IEnumerable<string> settings, IReadOnlyDictionary<string, string> variables, ConfigurationErrors errors)
    {
        var options = new LbCoreOptions();
        var root = text is null ? null : JsonTree.Read(text, Path.GetFileName(source), errors.All);
        if (root is { Kind: not NodeKind.Object })
        {
            errors.Add(root, "", $"{root} is no object; write {{ \"listeners\": …, \"clusters\": … }}");
            root = null;
        }

        options.Origin = new ConfigurationOrigin(root, errors);
        if (root is null)
        {
            return options;
        }

        Expand(root, "", variables, errors);
        ConfigurationOverrides.ApplyEnvironment(root, variables, errors.All);
        ConfigurationOverrides.ApplySettings(root, settings, errors.All);
        LbCoreKeys.Root.Bind(root, "", options, errors);
        return options;
    }

    private static string TextOf(MemoryStream stream) => Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";

    private static byte[]? ReadBytes(string path, ConfigurationErrors errors)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Exists && info.Length > MaxBytes)
            {
                errors.All.Add(new ConfigurationError("", $"it is larger than {ByteSize.Format(MaxBytes)}, which no configuration is") { Place = path });
                return null;
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            errors.All.Add(new ConfigurationError("", "there is no such file") { Place = path });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.All.Add(new ConfigurationError("", $"it cannot be read: {e.Message}") { Place = path });
        }

        return null;
    }

    private static void Expand(ConfigurationNode node, string path, IReadOnlyDictionary<string, string> variables, ConfigurationErrors errors)
    {
        if (node.Kind == NodeKind.String)
        {
            if (VariableText.Expand(node.Text, name => variables.GetValueOrDefault(name), out var error) is { } text)
            {
                node.Text = text;
            }
            else
            {
                errors.Add(node, path, error!);
            }
        }

        foreach (var (name, member) in node.Members)
        {
            Expand(member, path.Length == 0 ? name : $"{path}.{name}", variables, errors);
        }

        for (var i = 0; i < node.Items.Count; i++)
        {
            Expand(node.Items[i], $"{path}[{i}]", variables, errors);
        }
    }
}
