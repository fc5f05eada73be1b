using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>Writes a table in Markdown, the first column to the left and the others to the right.</summary>
internal sealed class MarkdownTable
{
    private readonly StringBuilder _text = new();

    /// <param name="heading">The heading above.</param>
    /// <param name="sentence">What the figures are.</param>
    /// <param name="columns">The columns' names.</param>
    public MarkdownTable(string heading, string sentence, params IReadOnlyCollection<string> columns)
    {
        _text.Append("### ").Append(heading).Append("\n\n").Append(sentence).Append("\n\n");
        Add(columns);
        _text.Append('|').Append("---|").Append(string.Concat(Enumerable.Repeat("---:|", columns.Count - 1))).Append('\n');
    }

    public void Add(params IReadOnlyCollection<string> cells) => _text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    public override string ToString() => _text.ToString();
}
