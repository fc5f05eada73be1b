using System;
using System.IO;
using System.Linq;
using System.Text;
using LbCore.Balancing;
using LbCore.Tests.Architecture;
using NUnit.Framework;

namespace LbCore.Tests.Documentation;

/// <summary>The documentation has the parameters of all strategies, as the strategies themselves describe them.</summary>
internal sealed class StrategyReferenceTests
{
    private const string Begin = "<!-- parameters: written by StrategyReferenceTests with LBCORE_WRITE_DOCS=1 -->\n\n";
    private const string End = "\n<!-- end of parameters -->";

    private static string DocumentPath => Path.Combine(SourceTree.Root, "docs", "strategies.md");

    [Test]
    public void The_documentation_has_every_parameter()
    {
        var text = File.ReadAllText(DocumentPath);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.That((begin > Begin.Length, end >= begin - 1), Is.EqualTo((true, true)), "the marks are there");
        if (Environment.GetEnvironmentVariable("LBCORE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(DocumentPath, text[..begin] + ToMarkdown() + text[Math.Max(begin - 1, end)..]);
            return;
        }

        Assert.That(text[begin..end], Is.EqualTo(ToMarkdown()), "run this test with LBCORE_WRITE_DOCS=1");
    }

    [Test]
    public void The_documentation_names_every_strategy() => Assert.That(
        StrategyRegistry.BuiltIn.Names.Where(static name => !File.ReadAllText(DocumentPath).Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);

    private static string ToMarkdown()
    {
        var text = new StringBuilder("| Strategy | Parameter | Default | May be | What |\n|---|---|---|---|---|\n");
        foreach (var strategy in StrategyRegistry.BuiltIn.Names.Select(StrategyRegistry.BuiltIn.Get))
        {
            foreach (var parameter in strategy.Parameters)
            {
                text.Append($"| `{strategy.Name}` | `{parameter.Name}` | {(parameter.Default is { } value ? $"`{value}`" : "")} | {parameter.Form} | {parameter.Summary} |\n");
            }
        }

        return text.ToString();
    }
}
