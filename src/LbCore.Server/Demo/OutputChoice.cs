using System;
using System.IO;

namespace LbCore.Server.Demo;

/// <summary>Picks how the demo shows itself.</summary>
internal static class OutputChoice
{
    /// <summary>Returns the table for a terminal that can draw one and whose user has nothing against it.</summary>
    /// <param name="isRedirected">Whether standard output is no terminal.</param>
    /// <param name="variable">Returns a variable of the environment.</param>
    public static OutputForm ForStandardOutput(bool isRedirected, Func<string, string?> variable) =>
        isRedirected || variable("TERM") is null or "" or "dumb" || variable("NO_COLOR") is { Length: > 0 } ? OutputForm.Plain : OutputForm.Table;

    public static IDemoOutput Create(OutputForm form, TextWriter writer, Func<string, string?> variable) => form switch
    {
        OutputForm.Json => new LineOutput(writer, DemoJson.Format),
        OutputForm.Plain => new LineOutput(writer, DemoText.Format),
        _ => new TableOutput(writer, IsUnicode(variable)),
    };

    /// <summary>Returns whether the locale, as the first of its variables that is set says, is one of UTF-8.</summary>
    private static bool IsUnicode(Func<string, string?> variable)
    {
        foreach (var name in (ReadOnlySpan<string>)["LC_ALL", "LC_CTYPE", "LANG"])
        {
            if (variable(name) is { Length: > 0 } locale)
            {
                return locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase);
            }
        }

        return false;
    }
}
