using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Enumeration;
using System.Linq;
using System.Text.RegularExpressions;
using LbCore.TestKit.Vectors;
using LbCore.Tests.Architecture;
using NUnit.Framework;

namespace LbCore.Tests.Documentation;

/// <summary>The rules in <c>docs/http.md</c> and the vectors belong together.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed partial class HttpRulesTests
{
    private static readonly IReadOnlyList<Vector> Vectors = [.. VectorFiles.Requests, .. VectorFiles.Responses];

    public static IEnumerable<TestCaseData> Rules() => Rows().Select(static row => new TestCaseData([row]).SetArgDisplayNames(row[0]));

    [TestCaseSource(nameof(Rules))]
    public void A_rule_has_a_section_and_vectors(string[] row)
    {
        var patterns = Patterns(row);
        Assert.Multiple(() =>
        {
            Assert.That(row[1], Does.StartWith("RFC "));
            Assert.That(row[2], Is.Not.Empty);
            Assert.That(patterns, Is.Not.Empty);
            Assert.That(patterns.Where(static pattern => !Vectors.Any(vector => IsMatch(pattern, vector))), Is.Empty, "names of no vector");
        });
    }

    [Test]
    public void Every_vector_belongs_to_a_rule()
    {
        var patterns = Rows().SelectMany(Patterns).ToArray();
        Assert.That(Vectors.Where(vector => !patterns.Any(pattern => IsMatch(pattern, vector))).Select(static vector => vector.Name), Is.Empty);
    }

    [Test]
    public void The_names_of_vectors_are_unique() => Assert.That(Vectors.Select(static vector => vector.Name), Is.Unique);

    [Test]
    public void Every_vector_allows_what_lbcore_does()
    {
        foreach (var vector in Vectors)
        {
            var ours = vector.LbCore.Cut ? Reaction.Cut : vector.LbCore.Status >= 400 ? Reaction.Refuse : Reaction.Forward;
            Assert.That(vector.May, Does.Contain(ours), vector.Name);
        }
    }

    /// <summary>Returns the rows of rules: rule, section, what is done, vectors.</summary>
    private static IEnumerable<string[]> Rows() =>
        from line in File.ReadLines(Path.Combine(SourceTree.Root, "docs", "http.md"))
        let cells = CellEnd().Split(line)
        where cells.Length == 6 && cells[2].Contains("RFC", StringComparison.Ordinal)
        select (string[])[.. cells[1..5].Select(static cell => cell.Trim())];

    private static string[] Patterns(string[] row) => [.. Name().Matches(row[3]).Select(static name => name.Groups["name"].Value)];

    private static bool IsMatch(string pattern, Vector vector) => FileSystemName.MatchesSimpleExpression(pattern, vector.Name, ignoreCase: false);

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex CellEnd();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();
}
