using LbCore.Configuration;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class NearestNameTests
{
    private static readonly string[] Names = ["round-robin", "weighted-round-robin", "tcp", "http", "--loops", "--log-level"];

    [TestCase("rond-robin", "round-robin")]
    [TestCase("ROUND-ROBIN", "round-robin")]
    [TestCase("round_robin", "round-robin")]
    [TestCase("weigthed-round-robin", "weighted-round-robin")]
    [TestCase("tpc", "tcp")]
    [TestCase("tcpp", "tcp")]
    [TestCase("htp", "http")]
    [TestCase("--lops", "--loops")]
    [TestCase("--loglevel", "--log-level")]
    public void A_typo_is_recognised(string typed, string meant) => Assert.That(NearestName.Find(typed, Names), Is.EqualTo(meant));

    [TestCase("")]
    [TestCase("x")]
    [TestCase("udp")]
    [TestCase("least-connections")]
    [TestCase("--backend")]
    public void Something_else_is_not_guessed_at(string typed) => Assert.That(NearestName.Find(typed, Names), Is.Null);
}
