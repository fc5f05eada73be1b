using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace LbCore.Configuration.Reading;

/// <summary>Lays single values over what a file says: of the environment, and of the command line, which has the last word.</summary>
internal static class ConfigurationOverrides
{
    private const string Prefix = "LBCORE__";

    /// <summary>Returns whether some variable sets a value.</summary>
    public static bool IsAny(IEnumerable<KeyValuePair<string, string>> variables) =>
        variables.Any(static pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>Applies variables such as <c>LBCORE__clusters__app__strategy</c>, in the order of their names.</summary>
    public static void ApplyEnvironment(ConfigurationNode root, IEnumerable<KeyValuePair<string, string>> variables, List<ConfigurationError> errors)
    {
        foreach (var (name, value) in variables.Where(static pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            var path = name[Prefix.Length..].Split("__");
            if (path.Contains(""))
            {
                errors.Add(new ConfigurationError("", $"its name has an empty part; write {Prefix}clusters__app__strategy, with two '_' between the parts") { Place = name });
                continue;
            }

            Apply(root, path, value, name, errors);
        }
    }

    /// <summary>Applies settings such as <c>clusters.app.strategy=random</c>, in their order.</summary>
    public static void ApplySettings(ConfigurationNode root, IEnumerable<string> settings, List<ConfigurationError> errors)
    {
        foreach (var setting in settings)
        {
            var place = $"--set {setting}";
            var mark = setting.IndexOf('=', StringComparison.Ordinal);
            var path = mark > 0 ? Split(setting[..mark]) : null;
            if (path is null)
            {
                errors.Add(new ConfigurationError("", "it is no path=value; write, for example, clusters.app.strategy=round-robin, and a name with dots in quotes: clusters.\"my.app\".strategy") { Place = place });
                continue;
            }

            Apply(root, path, setting[(mark + 1)..], place, errors);
        }
    }

    private static void Apply(ConfigurationNode root, string[] path, string value, string place, List<ConfigurationError> errors)
    {
        // A list or an object is written as JSON; whatever else as it is.
        if (value.StartsWith('{') || value.StartsWith('['))
        {
            if (JsonTree.Read(Encoding.UTF8.GetBytes(value), place, errors) is { } tree)
            {
                root.Set(path, tree);
            }

            return;
        }

        root.Set(path, new ConfigurationNode(NodeKind.Bare, new ConfigurationPlace(place), value));
    }

    /// <summary>Splits a path at its dots, but for those in quotes; null when it cannot be.</summary>
    private static string[]? Split(string path)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var quoted = false;
        foreach (var c in path)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == '.' && !quoted)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(c);
            }
        }

        parts.Add(part.ToString());
        return quoted || parts.Contains("") ? null : [.. parts];
    }
}
