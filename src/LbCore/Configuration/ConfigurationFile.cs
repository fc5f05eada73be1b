using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
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

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

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
        var errors = new ConfigurationErrors();
        return Read(ReadBytes(path, errors), path, settings, ReadEnvironment(), errors);
    }

    /// <summary>Lays the environment and single values over options that were made in code.</summary>
    /// <param name="options">The options. They stay as they are.</param>
    /// <param name="settings">Single values, each as <c>path=value</c>.</param>
    /// <returns>Other options; the same ones when there is nothing to lay over them. What is wrong with the values comes when they are checked or used, as with <see cref="Read(string, IEnumerable{string})"/>.</returns>
    /// <exception cref="ArgumentException">The options were read from a file. Give the settings to <see cref="Read(string, IEnumerable{string})"/>.</exception>
    public static LbCoreOptions Override(LbCoreOptions options, params IEnumerable<string> settings)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(settings);
        if (options.Origin is not null)
        {
            throw new ArgumentException("These options were read, and their mistakes with them. Give the settings to Read.", nameof(options));
        }

        return Override(options, settings, ReadEnvironment());
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
        Apply(root, settings, variables, options, errors);
        return options;
    }

    internal static LbCoreOptions Override(
        LbCoreOptions options, IEnumerable<string> settings, IReadOnlyDictionary<string, string> variables)
    {
        if (!settings.Any() && !ConfigurationOverrides.IsAny(variables))
        {
            return options;
        }

        var errors = new ConfigurationErrors();
        var root = JsonTree.Read(Encoding.UTF8.GetBytes(Format(options)), "", errors.All)!;

        // What looks like a variable in code is none, and is written so that it stays none.
        Expand(root, "", variables, errors);
        var result = new LbCoreOptions { Origin = new ConfigurationOrigin(root, errors) };
        Apply(root, settings, variables, result, errors);
        return result;
    }

    private static void Apply(
        ConfigurationNode root,
        IEnumerable<string> settings,
        IReadOnlyDictionary<string, string> variables,
        LbCoreOptions options,
        ConfigurationErrors errors)
    {
        ConfigurationOverrides.ApplyEnvironment(root, variables, errors.All);
        ConfigurationOverrides.ApplySettings(root, settings, errors.All);
        LbCoreKeys.Root.Bind(root, "", options, errors);
    }

    private static Dictionary<string, string> ReadEnvironment() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

    private static string TextOf(MemoryStream stream) => Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";

    private static byte[]? ReadBytes(string path, ConfigurationErrors errors)
    {
        byte[]? text = null;
        Exception? failure = null;

        // Opening a pipe waits for its writer, without end and without a way to give up.
        var reading = new Thread(() =>
        {
            try
            {
                text = ReadBounded(path);
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { IsBackground = true, Name = "lbcore-read" };
        reading.Start();
        if (reading.Join(Patience) && text is not null)
        {
            return text;
        }

        var error = reading.IsAlive ? $"it has given nothing for {Duration.Format(Patience)}; write the name of a file" : Explain(failure, path);
        errors.All.Add(new ConfigurationError("", error) { Place = path.Length == 0 ? "''" : path });
        return null;
    }

    private static string Explain(Exception? failure, string path) => failure switch
    {
        null => $"it is larger than {ByteSize.Format(MaxBytes)}, which no configuration is",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException when Directory.Exists(path) => "it is a folder; write the name of a file",
        ArgumentException => "this cannot be the name of a file",
        _ => $"it cannot be read: {failure.Message}",
    };

    /// <summary>Returns the whole file, which may have no length, such as a pipe; null when it is too large.</summary>
    private static byte[]? ReadBounded(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = file.Read(buffer)) > 0)
        {
            text.Write(buffer, 0, read);
            if (text.Length > MaxBytes)
            {
                return null;
            }
        }

        return text.ToArray();
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
