using System;
using System.IO;
using System.Linq;
using LbCore.Hosting;
using LbCore.Http;
using LbCore.Tests.Architecture;
using NUnit.Framework;

namespace LbCore.Tests.Documentation;

/// <summary>Each word for a refusal has a meaning, which the documentation has, too.</summary>
internal sealed class RefusalMeaningsTests
{
    private const string Begin = "<!-- words: written by RefusalMeaningsTests with LBCORE_WRITE_DOCS=1 -->\n\n";
    private const string End = "\n<!-- end of words -->";

    private static string DocumentPath => Path.Combine(SourceTree.Root, "docs", "http.md");

    [Test]
    public void The_documentation_has_every_word_with_its_meaning_and_status()
    {
        var text = File.ReadAllText(DocumentPath);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.That((begin > Begin.Length, end >= begin - 1), Is.EqualTo((true, true)), "the marks are there");
        if (Environment.GetEnvironmentVariable("LBCORE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(DocumentPath, text[..begin] + RefusalMeanings.ToMarkdown() + text[Math.Max(begin - 1, end)..]);
            return;
        }

        Assert.That(text[begin..end], Is.EqualTo(RefusalMeanings.ToMarkdown()), "run this test with LBCORE_WRITE_DOCS=1");
    }

    [Test]
    public void Each_word_has_a_meaning_of_its_own() => Assert.That(
        Enum.GetValues<HttpError>().Where(static error => error != HttpError.None).Select(RefusalMeanings.Of), Is.Unique.And.All.Not.Empty);
}
