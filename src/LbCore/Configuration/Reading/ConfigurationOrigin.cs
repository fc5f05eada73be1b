using System.Collections.Generic;

namespace LbCore.Configuration.Reading;

/// <summary>What options that were read remember of their text: what was wrong with it, and where everything stood.</summary>
internal sealed class ConfigurationOrigin
{
    private readonly ConfigurationNode? _root;
    private readonly ConfigurationErrors _errors;

    public ConfigurationOrigin(ConfigurationNode? root, ConfigurationErrors errors)
    {
        _root = root;
        _errors = errors;
    }

    /// <summary>Gets all that the section of an IConfiguration said; empty for a file.</summary>
    public string SectionText { get; init; } = "";

    /// <summary>Gets what to say when there is no listener, once all layers have been laid over each other; null for the usual.</summary>
    public string? WhenNothingListens { get; init; }

    /// <summary>
    /// Returns what reading found, and then what validation found beside it, with its places. What could not be read is
    /// not called missing, too.
    /// </summary>
    public IReadOnlyList<ConfigurationError> Join(IReadOnlyList<ConfigurationError> found)
    {
        var all = new List<ConfigurationError>(_errors.All);
        if (_root is null)
        {
            return all;
        }

        foreach (var error in found)
        {
            if (!_errors.Covers(error.Path))
            {
                all.Add(Place(error.Path == "listeners" && WhenNothingListens is { } message ? error with { Message = message } : error));
            }
        }

        return all;
    }

    /// <summary>Returns an error with its place in the text.</summary>
    public ConfigurationError Place(ConfigurationError error) =>
        _root is null ? error : error with { Place = _root.FindPlace(error.Path).Text };
}
