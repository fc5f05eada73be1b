using System;
using System.Linq;
using System.Text.RegularExpressions;

namespace LbCore.Fuzz.Http;

/// <summary>
/// Brings paths into their normal form and compares them, from what the documentation of routes and RFC 3986 section 5.2.4
/// say, text by text and with no regard to speed: a second opinion.
/// </summary>
internal static partial class SlowPath
{
    /// <summary>Returns the normal form of a path that begins with a slash; null when it has none.</summary>
    public static string? Normalize(string path)
    {
        if (BadEscape().IsMatch(path))
        {
            return null;
        }

        var decoded = Decode(path);
        var merged = Slashes().Replace(decoded, "/");
        return ClimbBehindSlashes().IsMatch(decoded) || Climbs(merged) ? null : RemoveDotSegments(merged);
    }

    /// <summary>Returns whether a path has other segments than its normal form: empty ones, or dots.</summary>
    public static bool IsResolved(string path) => Decode(path) is var decoded
        && (decoded.Contains("//", StringComparison.Ordinal) || Segments(decoded).Any(static segment => segment is "." or ".."));

    /// <summary>Returns the path with every character percent-encoded that need not be.</summary>
    public static string Encode(string path) => EscapeOrUnreserved().Replace(
        path, static found => found.Length > 1 ? found.Value : $"%{(int)found.Value[0]:x2}");

    /// <summary>Returns whether a normal form begins with the segments of another one.</summary>
    public static bool IsBelow(string prefix, string path)
    {
        var first = Segments(prefix);
        if (first[^1].Length == 0)
        {
            first = first[..^1];
        }

        return Segments(path).Take(first.Length).SequenceEqual(first);
    }

    private static string Decode(string path) => Escape().Replace(path, static found =>
    {
        var character = ((char)Convert.ToInt32(found.Value[1..], 16)).ToString();
        return EscapeOrUnreserved().IsMatch(character) ? character : found.Value.ToUpperInvariant();
    });

    private static string[] Segments(string path) => path.Split('/')[1..];

    private static bool Climbs(string path)
    {
        var depth = 0;
        return Segments(path).Any(segment => (depth += segment switch { "." => 0, ".." => -1, _ => 1 }) < 0);
    }

    // The steps and their letters are the standard's. A and D are for paths that do not begin with a slash.
    private static string RemoveDotSegments(string input)
    {
        var output = "";
        while (input.Length > 0)
        {
            if (input.StartsWith("/./", StringComparison.Ordinal) || input == "/.")
            {
                // B
                input = "/" + input[Math.Min(3, input.Length)..];
            }
            else if (input.StartsWith("/../", StringComparison.Ordinal) || input == "/..")
            {
                // C
                input = "/" + input[Math.Min(4, input.Length)..];
                output = output[..Math.Max(output.LastIndexOf('/'), 0)];
            }
            else
            {
                // E
                var next = input.IndexOf('/', 1);
                var end = next < 0 ? input.Length : next;
                output += input[..end];
                input = input[end..];
            }
        }

        return output;
    }

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})")]
    private static partial Regex BadEscape();

    [GeneratedRegex("%[0-9A-Fa-f]{2}")]
    private static partial Regex Escape();

    [GeneratedRegex("%[0-9A-Fa-f]{2}|[-._~0-9A-Za-z]")]
    private static partial Regex EscapeOrUnreserved();

    [GeneratedRegex("/+")]
    private static partial Regex Slashes();

    [GeneratedRegex(@"//(.*/)?\.\.(/|\z)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex ClimbBehindSlashes();
}
