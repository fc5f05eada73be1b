using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;

namespace LbCore.Configuration;

/// <summary>Reads where a redirect leads, with its placeholders.</summary>
internal static class RedirectText
{
    public const int MaxLength = 2048;

    private static readonly string[] Placeholders = ["host", "path", "rest", "query"];

    // Backslashes are slashes for browsers.
    private static readonly SearchValues<char> HostEnds = SearchValues.Create("/\\?#");

    /// <summary>Reads a text. What is made of it never leads to a host that a request chooses by its path or query.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pieces">What it is made of.</param>
    /// <param name="error">What is wrong, and what to write instead.</param>
    public static bool TryParse(string text, out List<Piece> pieces, out string? error)
    {
        pieces = [];
        error = string.IsNullOrEmpty(text) ? "it is missing; write where to redirect, such as https://{host}{path}{query}"
            : text.Length > MaxLength ? $"it has more than {MaxLength} characters; write a shorter one"
            : text.Any(static c => c is <= ' ' or > '~' or '\\' or '"' or '<' or '>') ? $"'{text}' has a character that no address has; percent-encode spaces and what is not ASCII"
            : Split(text, pieces);
        if (error is null && !BeginsWell(text, pieces))
        {
            error = $"'{text}' does not begin as an address; write https://host/path, https://{{host}}{{path}}, or /path for the same host";
        }

        return error is null;
    }

    private static string? Split(string text, List<Piece> pieces)
    {
        var rest = text;
        while (rest.Length > 0)
        {
            var mark = rest.AsSpan().IndexOfAny('{', '}');
            if (mark != 0)
            {
                var length = mark < 0 ? rest.Length : mark;
                pieces.Add(new Piece(rest[..length], IsPlaceholder: false));
                rest = rest[length..];
                continue;
            }

            var end = rest.IndexOf('}', StringComparison.Ordinal);
            var name = rest[0] == '{' && end > 0 ? rest[1..end] : null;
            if (name is null || !Placeholders.Contains(name))
            {
                return $"'{(name is null ? rest : $"{{{name}}}")}' is no placeholder; write {string.Join(" or ", Placeholders.Select(static known => $"{{{known}}}"))}, "
                    + "or percent-encode the brace: %7B or %7D";
            }

            if (pieces.Exists(piece => piece.IsPlaceholder && piece.Text == name))
            {
                return $"{{{name}}} is there twice; keep one of them";
            }

            pieces.Add(new Piece(name, IsPlaceholder: true));
            rest = rest[(end + 1)..];
        }

        return null;
    }

    private static bool BeginsWell(string text, List<Piece> pieces)
    {
        var scheme = Array.Find(["https://", "http://", "//"], begin => text.StartsWith(begin, StringComparison.Ordinal));
        if (scheme is null)
        {
            return text[0] == '/' || pieces[0] is { IsPlaceholder: true, Text: "path" or "rest" };
        }

        // A host must follow: of three slashes, browsers leave one out.
        var first = pieces[0].Text[scheme.Length..];
        return first.Length > 0 ? !HostEnds.Contains(first[0]) : pieces.Count > 1 && pieces[1].Text == "host";
    }

    /// <summary>A text, or the name of a placeholder.</summary>
    internal sealed record Piece(string Text, bool IsPlaceholder);
}
