using System;
using System.Text;

namespace LbCore.Configuration.Reading;

/// <summary>Replaces <c>${NAME}</c> and <c>${NAME:-default}</c> by variables of the environment; <c>$${</c> is a plain <c>${</c>.</summary>
internal static class VariableText
{
    /// <summary>Returns the text with its variables replaced, or null and what is wrong.</summary>
    public static string? Expand(string text, Func<string, string?> variable, out string? error)
    {
        error = null;
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        var rest = text.AsSpan();
        while (rest.IndexOf("${") is >= 0 and var start)
        {
            if (start > 0 && rest[start - 1] == '$')
            {
                result.Append(rest[..(start - 1)]).Append("${");
                rest = rest[(start + 2)..];
                continue;
            }

            var end = rest[start..].IndexOf('}');
            if (end < 0)
            {
                error = "'${' has no '}'; close it, or write '$${' for the two characters themselves";
                return null;
            }

            var inside = rest.Slice(start + 2, end - 2);
            var mark = inside.IndexOf(":-");
            var name = (mark < 0 ? inside : inside[..mark]).ToString();
            if (!IsName(name))
            {
                error = $"'{name}' is no name of a variable; use letters, digits and '_', as in ${{BACKEND_PORT}} or ${{BACKEND_PORT:-9001}}";
                return null;
            }

            var value = variable(name);
            if (string.IsNullOrEmpty(value))
            {
                if (mark < 0)
                {
                    error = $"the variable {name} is not set; set it, or give a default: ${{{name}:-value}}";
                    return null;
                }

                value = inside[(mark + 2)..].ToString();
            }

            result.Append(rest[..start]).Append(value);
            rest = rest[(start + end + 1)..];
        }

        return result.Append(rest).ToString();
    }

    /// <summary>Returns a text that <see cref="Expand"/> reads as the given one.</summary>
    public static string Escape(string text) => text.Replace("${", "$${", StringComparison.Ordinal);

    private static bool IsName(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }
}
