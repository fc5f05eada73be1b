using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Tests.Architecture;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace LbCore.Tests.Documentation;

/// <summary>What the documentation tells people to write.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed partial class EmbeddingExamplesTests
{
    [TestCase("README.md")]
    [TestCase("docs/embedding.md")]
    [TestCase("docs/strategies.md")]
    public void Code_in_the_documentation_is_compiled(string document)
    {
        var compiled = Normalize(Read("tests/LbCore.Tests/Documentation/EmbeddingExamples.cs"));
        var blocks = Blocks(document, "csharp").ToList();
        Assert.That(blocks, Is.Not.Empty);
        foreach (var block in blocks)
        {
            Assert.That(compiled, Does.Contain(Normalize(block)), document);
        }
    }

    [Test]
    public void The_appsettings_in_the_documentation_have_no_mistakes()
    {
        var json = Blocks("docs/embedding.md", "json").Single();
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        Assert.That(LoadBalancer.Check(ConfigurationSectionReader.Read(configuration.GetSection("LbCore"))), Is.Empty);
    }

    private static IEnumerable<string> Blocks(string document, string language) =>
        Block().Matches(Read(document)).Where(block => block.Groups["language"].Value == language).Select(static block => block.Groups["text"].Value);

    private static string Read(string path) => File.ReadAllText(Path.Combine(SourceTree.Root, path));

    private static string Normalize(string code) => string.Join('\n', code.Split('\n').Select(static line => line.Trim()));

    [GeneratedRegex("^```(?<language>\\w+)\\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
