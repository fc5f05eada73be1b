using BenchmarkDotNet.Running;

namespace LbCore.Microbenchmarks;

/// <summary>
/// Runs the benchmarks that the command line picks, for example <c>--filter *RoundRobin*</c>; or, with
/// <c>--budgets FILE</c>, holds all of them to their budgets of allocated bytes.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is ["--budgets", var path])
        {
            return AllocationBudgets.Check(path);
        }

        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, new BenchmarkConfig());
        return 0;
    }
}
