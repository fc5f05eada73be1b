using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
internal sealed class OutputChoiceTests
{
    [TestCase(false, "xterm", null, nameof(OutputForm.Table))]
    [TestCase(false, "xterm", "", nameof(OutputForm.Table))]
    [TestCase(false, "xterm", "1", nameof(OutputForm.Plain))]
    [TestCase(false, "dumb", null, nameof(OutputForm.Plain))]
    [TestCase(false, null, null, nameof(OutputForm.Plain))]
    [TestCase(true, "xterm", null, nameof(OutputForm.Plain))]
    public void A_table_is_for_terminals_that_can_and_users_who_want_it(bool isRedirected, string? term, string? noColor, string expected) =>
        Assert.That(
            OutputChoice.ForStandardOutput(isRedirected, name => name == "TERM" ? term : noColor).ToString(),
            Is.EqualTo(expected));
}
