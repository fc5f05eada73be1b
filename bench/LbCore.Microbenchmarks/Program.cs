using BenchmarkDotNet.Running;

namespace LbCore.Microbenchmarks;

/// <summary>Runs the benchmarks that the command line picks, for example <c>--filter *RoundRobin*</c>.</summary>
internal static class Program
{
    private static void Main(string[] args) =>
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, new BenchmarkConfig());
}
