using System;
using System.Linq;
using LbCore.Configuration.Keys;
using LbCore.Configuration.Reading;
using Microsoft.Extensions.Configuration;

namespace LbCore.Configuration;

/// <summary>Reads options from an <see cref="IConfiguration"/>, such as a section of <c>appsettings.json</c>. Any thread.</summary>
/// <remarks>
/// The keys are those of the configuration file, but they ignore case here, as all keys of an <see cref="IConfiguration"/>
/// do. Unknown keys are errors. Names, such as those of clusters, ignore case, too, also where they are referred to: those
/// that differ in it are one. <c>${NAME}</c> is not replaced: the providers have layers of their own.
/// </remarks>
public static class ConfigurationSectionReader
{
    /// <summary>Reads a section.</summary>
    /// <param name="configuration">The section, such as <c>builder.Configuration.GetSection("LbCore")</c>.</param>
    /// <returns>
    /// The options. What is wrong with the section is not thrown here: it comes together with whatever else is wrong when the
    /// options are checked or used, each error with the path of its section.
    /// </returns>
    public static LbCoreOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new LbCoreOptions();
        Apply(configuration, options);
        return options;
    }

    /// <summary>Lays a section over options. What it does not name stays as it is.</summary>
    internal static void Apply(IConfiguration configuration, LbCoreOptions options)
    {
        // Before the values: should it change in between, another look finds the difference.
        var text = TextOf(configuration);
        var root = SectionTree.Read(configuration);
        var errors = new ConfigurationErrors();
        options.Origin = new ConfigurationOrigin(root, errors)
        {
            SectionText = text,
            WhenNothingListens = root.Members.Count > 0 ? null
                : "there is nothing here; correct the name of the section, or add it with listeners and clusters",
        };
        if (root.Members.Count > 0 && options.Listeners.Count == 0 && configuration is not IConfigurationSection && !root.Members.ContainsKey("listeners"))
        {
            // All else in it, every variable of the environment say, would be called an unknown key.
            errors.Add(root, "listeners", "there are none at its top; give a section of it, such as GetSection(\"LbCore\")");
        }
        else
        {
            LbCoreKeys.Root.Bind(root, "", options, errors);
            ClusterReferences.Respell(options);
        }
    }

    /// <summary>Returns all that a section says, to tell whether it has changed.</summary>
    internal static string TextOf(IConfiguration configuration) => string.Join(
        '\n', configuration.AsEnumerable(makePathsRelative: true).Select(static pair => $"{pair.Key}={pair.Value}"));
}
