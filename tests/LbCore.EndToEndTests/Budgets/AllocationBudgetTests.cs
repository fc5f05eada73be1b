using System.IO;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Budgets;

/// <summary>Holds every microbenchmark to its budget in <c>bench/budgets.json</c>.</summary>
[TestFixture]
internal sealed class AllocationBudgetTests
{
    [Test]
    public async Task No_benchmark_allocates_more_than_its_budget()
    {
        var program = LbCoreBinary.Sibling("bench/LbCore.Microbenchmarks", "LbCore.Microbenchmarks");
        var budgets = Path.GetFullPath(Path.Combine(program, "..", "..", "..", "..", "..", "budgets.json"));
        var result = await Command.RunAsync(program, ["--budgets", budgets], LbCoreBinary.Environment);
        await TestContext.Out.WriteLineAsync(result.Output);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Error);
        Assert.That(result.Output, Does.Contain("PASS ForwardBenchmarks.Forward"));
    }
}
