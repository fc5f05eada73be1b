using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;

namespace LbCore.Microbenchmarks;

/// <summary>Is the one configuration of all benchmarks; options on the command line still win.</summary>
internal sealed class BenchmarkConfig : ManualConfig
{
    public BenchmarkConfig()
    {
        AddJob(Job.Default

            // As lbcore runs: workstation, not concurrent.
            .WithGcServer(false)
            .WithGcConcurrent(false)

            // Code layout and what tiered PGO saw differ from process to process by more than the iterations of one do.
            .WithLaunchCount(3));

        // The steady path must show 0 B in the allocated column.
        AddDiagnoser(MemoryDiagnoser.Default);

        // The median is what the comparison scripts show too; means are pulled up by whatever else the machine does.
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddColumn(StatisticColumn.Median, StatisticColumn.Min, StatisticColumn.Max);

        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
    }
}
