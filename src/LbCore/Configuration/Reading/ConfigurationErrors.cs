using System;
using System.Collections.Generic;

namespace LbCore.Configuration.Reading;

/// <summary>Collects what is wrong with a configuration, each error with its path and place.</summary>
internal sealed class ConfigurationErrors
{
    public List<ConfigurationError> All { get; } = [];

    public void Add(ConfigurationNode node, string path, string message) =>
        All.Add(new ConfigurationError(path, message) { Place = node.Place.Text });

    /// <summary>Adds an error of the name that a value stands under.</summary>
    public void AddAtName(ConfigurationNode node, string path, string message) =>
        All.Add(new ConfigurationError(path, message) { Place = (node.NamePlace ?? node.Place).Text });

    /// <summary>Returns whether something on the path, or what it lies in, is wrong already: what follows from that is no news.</summary>
    public bool Covers(string path) => All.Exists(error =>
        path == error.Path || (error.Path.Length > 0 && path.StartsWith(error.Path, StringComparison.Ordinal) && path[error.Path.Length] is '.' or '['));
}
