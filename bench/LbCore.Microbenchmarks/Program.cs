using System;
using BenchmarkDotNet.Running;
using LbCore.Microbenchmarks.Pictures;

namespace LbCore.Microbenchmarks;

/// <summary>
/// Runs the benchmarks that the command line picks, for example <c>--filter *RoundRobin*</c>; or, with
/// <c>--budgets FILE</c>, holds all of them to their budgets of allocated bytes; or, with <c>--pictures FOLDER</c>, draws what
/// the strategies do.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is ["--budgets", var path])
        {
            return AllocationBudgets.Check(path);
        }

        if (args is ["--pictures", ..])
        {
            if (args is [_, var folder])
            {
                return StrategyPictures.Write(folder);
            }

            Console.Error.WriteLine("FAIL --pictures takes one folder, for example --pictures docs/images/strategies.");
            return 1;
        }

        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, new BenchmarkConfig());
        return 0;
    }
}
