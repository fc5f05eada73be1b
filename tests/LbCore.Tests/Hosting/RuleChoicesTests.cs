using LbCore.Configuration;
using LbCore.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Hosting;

/// <summary>Options and what runs call the same thing by the same name.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class RuleChoicesTests
{
    [Test]
    public void Underscores_are_treated_as_the_options_name_it([Values] UnderscoreMode mode) =>
        Assert.That(RuleChoices.Of(mode).ToString(), Is.EqualTo(mode.ToString()));

    [Test]
    public void Forwarding_fields_are_treated_as_the_options_name_it([Values] ForwardedHeaderMode mode) =>
        Assert.That(RuleChoices.Of(mode).ToString(), Is.EqualTo(mode.ToString()));
}
