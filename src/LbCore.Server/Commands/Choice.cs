using System.Collections.Generic;
using System.Linq;
using LbCore.Configuration;

namespace LbCore.Server.Commands;

/// <summary>Words what could have been written instead.</summary>
internal static class Choice
{
    public static string Of(IReadOnlyList<string> names) =>
        $"write {(names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}")}";

    public static string Meant(string typed, IEnumerable<string> names) =>
        NearestName.Find(typed, names) is { } nearest ? $" (did you mean {nearest}?)" : "";
}
