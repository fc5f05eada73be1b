using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.Extensions.Configuration;

namespace LbCore.Configuration.Reading;

/// <summary>
/// Makes the tree of a section of an <see cref="IConfiguration"/>. There every value is a text, a list is an object with
/// the names 0, 1 and so on, and names ignore case.
/// </summary>
internal static class SectionTree
{
    /// <summary>Returns the tree. Its places are the paths of the sections.</summary>
    public static ConfigurationNode Read(IConfiguration configuration)
    {
        var place = new ConfigurationPlace(configuration is IConfigurationSection section ? section.Path : "the configuration");
        return ReadChildren([.. configuration.GetChildren()], place);
    }

    private static ConfigurationNode ReadValue(IConfigurationSection section)
    {
        var place = new ConfigurationPlace(section.Path);
        var children = section.GetChildren().ToList();
        if (children.Count == 0 && section.Value is { } text)
        {
            return new ConfigurationNode(NodeKind.Bare, place, text);
        }

        var node = ReadChildren(children, place);
        if (section.Value is { Length: > 0 } shortForm)
        {
            // One provider has a short form, such as a backend that is only its address, and another one adds keys to it.
            node.TryAdd("", new ConfigurationNode(NodeKind.Bare, place, shortForm));
        }

        return node;
    }

    private static ConfigurationNode ReadChildren(List<IConfigurationSection> children, ConfigurationPlace place)
    {
        var isNumbered = children.Count > 0 && children.TrueForAll(static child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var node = new ConfigurationNode(isNumbered ? NodeKind.Numbered : NodeKind.Object, place, ignoreCase: true);

        // They come sorted, numbers as numbers.
        foreach (var child in children)
        {
            var value = ReadValue(child);
            node.TryAdd(child.Key, value);
            if (isNumbered)
            {
                node.Items.Add(value);
            }
        }

        return node;
    }
}
