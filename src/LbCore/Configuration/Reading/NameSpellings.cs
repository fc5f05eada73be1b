using System;
using System.Collections.Generic;

namespace LbCore.Configuration.Reading;

/// <summary>Finds how a name that exists is spelled, where names compare without case.</summary>
internal sealed class NameSpellings
{
    private readonly HashSet<string> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _spellings;

    /// <param name="names">The names that exist.</param>
    /// <param name="comparison">How names compare.</param>
    public NameSpellings(IEnumerable<string> names, StringComparison comparison)
    {
        _spellings = new Dictionary<string, string>(StringComparer.FromComparison(comparison));
        foreach (var name in names)
        {
            _exact.Add(name);
            _spellings.TryAdd(name, name);
        }
    }

    /// <summary>Returns the name as it is spelled, itself when it exists; null when there is none.</summary>
    public string? Find(string name) => _exact.Contains(name) ? name : _spellings.GetValueOrDefault(name);
}
