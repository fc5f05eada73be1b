using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Numerics;

namespace LbCore.Http.Tests;

/// <summary>Reads cookies and queries from their text, with no regard to speed: a second opinion.</summary>
internal static class SlowCookies
{
    public static List<(string Name, string Value)> Read(IEnumerable<string> fields) =>
        [.. fields.SelectMany(static field => field.Split(';')).Select(Trim).Where(static piece => piece.Length > 0).Select(Pair)];

    /// <summary>Returns the fields that are left, and what is in them, without the cookies of some names.</summary>
    public static List<string> Cut(IEnumerable<string> fields, string[] names) =>
        [.. fields.Select(field => Cut(field, names)).Where(static field => field is not null).Select(static field => field!)];

    /// <summary>Returns the value of the last cookie of a name that is set and whether it removes it; null when there is none.</summary>
    public static (string Value, bool IsRemoval)? Set(IEnumerable<string> fields, string name)
    {
        foreach (var field in fields.Reverse())
        {
            var parts = field.Split(';').Select(Trim).ToArray();
            if (parts[0].Contains('=', StringComparison.Ordinal) && Pair(parts[0]) is var pair && pair.Name == name)
            {
                var ages = parts[1..].Where(static part => part.Contains('=', StringComparison.Ordinal)).Select(Pair)
                    .Where(static attribute => attribute.Name.Equals("Max-Age", StringComparison.OrdinalIgnoreCase))
                    .Where(static attribute => attribute.Value.Length > 0 && attribute.Value.TrimStart('-').Length >= attribute.Value.Length - 1)
                    .Where(static attribute => attribute.Value.TrimStart('-') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit))
                    .Select(static attribute => BigInteger.Parse(attribute.Value, CultureInfo.InvariantCulture))
                    .ToArray();
                return (pair.Value, ages.Length > 0 && ages[^1] <= 0);
            }
        }

        return null;
    }

    /// <summary>Returns the value of the first parameter of a name; null when there is none.</summary>
    public static string? Parameter(string query, string name)
    {
        foreach (var parameter in (query.StartsWith('?') ? query[1..] : query).Split('&').Where(static parameter => parameter.Length > 0))
        {
            var parts = parameter.Split('=', 2);
            if (parts[0] == name)
            {
                return parts.Length == 1 ? string.Empty : parts[1];
            }
        }

        return null;
    }

    private static string? Cut(string field, string[] names)
    {
        var pieces = field.Split(';');
        var isDropped = pieces.Select(piece => Trim(piece).Length > 0 && names.Contains(Pair(Trim(piece)).Name)).ToArray();
        if (!isDropped.Contains(true))
        {
            return field;
        }

        var runs = new List<string> { string.Empty };
        for (var i = 0; i < pieces.Length; i++)
        {
            if (isDropped[i])
            {
                runs.Add(string.Empty);
            }
            else
            {
                runs[^1] += pieces[i] + ";";
            }
        }

        var kept = runs.Select(static run => run.Trim(' ', '\t', ';')).Where(static run => run.Length > 0).ToArray();
        return kept.Length == 0 ? null : string.Join("; ", kept);
    }

    private static (string Name, string Value) Pair(string piece)
    {
        var parts = piece.Split('=', 2);
        return parts.Length == 1 ? (string.Empty, piece) : (Trim(parts[0]), Trim(parts[1]));
    }

    private static string Trim(string text) => text.Trim(' ', '\t');
}
