using System.Collections.Generic;
using System.Text;

namespace LbCore.Configuration.Keys;

/// <summary>The reference of all keys, as the documentation has it.</summary>
internal sealed class OptionReference
{
    private readonly List<Line> _lines = [];

    public void Add(string path, string form, string defaultText, string summary, bool isLater = false) =>
        _lines.Add(new Line(path, form, defaultText, summary, isLater));

    /// <summary>Returns a table in Markdown; what is still to come stands below it.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("| Key | Default | Value | What |\n|---|---|---|---|\n");
        foreach (var line in _lines.FindAll(static line => !line.IsLater))
        {
            var defaultText = line.Default.Length == 0 ? "" : $"`{line.Default}`";
            text.Append($"| `{line.Path}` | {defaultText} | {line.Form} | {line.Summary} |\n");
        }

        text.Append("\nPlanned, and refused as \"not supported yet\" until then: ");
        text.AppendJoin(", ", _lines.FindAll(static line => line.IsLater).ConvertAll(static line => $"`{line.Path}`"));
        return text.Append(".\n").ToString();
    }

    /// <summary>One key: its path, what may be written, what holds when it is left out, and what it means.</summary>
    private sealed record Line(string Path, string Form, string Default, string Summary, bool IsLater);
}
