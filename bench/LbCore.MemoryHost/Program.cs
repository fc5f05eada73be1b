using System;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;

namespace LbCore.MemoryHost;

/// <summary>
/// Runs one TCP load balancer and obeys one word a line: <c>gc</c> collects, <c>rss</c> reads, <c>quit</c> (or the end of
/// input) stops. The product has no such door, and needs none for a measurement.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args.Length < 3 || !Enum.TryParse<EngineKind>(args[0], ignoreCase: true, out var engine))
        {
            await Console.Error.WriteLineAsync("usage: LbCore.MemoryHost ENGINE LISTEN BACKEND…");
            return 2;
        }

        var balancer = LoadBalancer.Create(BuildOptions(engine, args[1], args[2..]));
        await using (balancer)
        {
            await balancer.StartAsync();
            Console.WriteLine("ready");
            while (Console.ReadLine() is { } command && command != "quit")
            {
                Console.WriteLine(command switch
                {
                    "gc" => Collect(),
                    "rss" => Read(),
                    _ => $"unknown: {command}",
                });
            }
        }

        return 0;
    }

    private static LbCoreOptions BuildOptions(EngineKind engine, string listen, string[] backends)
    {
        var cluster = new ClusterOptions();
        foreach (var backend in backends)
        {
            cluster.Backends.Add($"b{cluster.Backends.Count + 1}", new BackendOptions { Address = backend });
        }

        var options = new LbCoreOptions { Engine = engine, Loops = 1, ShutdownTimeout = TimeSpan.Zero };
        options.Clusters.Add("backends", cluster);
        options.Listeners.Add("front", new ListenerOptions { Address = listen, Mode = ListenerMode.Tcp, Cluster = "backends", MaxConnectionsPerAddress = 1_000_000 });
        return options;
    }

    // Aggressive also hands the heap's free pages back, so that what stays resident is what the connections hold and not
    // how much the allocator happened to keep. Twice, with finalizers between: closed handles go in two steps.
    private static string Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Read();
    }

    private static string Read()
    {
        var pages = long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{{\"rss_kib\":{pages * Environment.SystemPageSize / 1024},\"heap_kib\":{GC.GetTotalMemory(false) / 1024}}}");
    }
}
