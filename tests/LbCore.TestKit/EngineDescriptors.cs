using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport;
using LbCore.Transport.Diagnostics;

namespace LbCore.TestKit;

/// <summary>
/// Knows which engine opened which descriptor, and asks the system which of them are still open. A count over the process
/// would say nothing about one engine among those of other tests.
/// </summary>
/// <remarks>
/// The system gives out the number of a descriptor again only after it was closed, so a later engine with the same number
/// clears the earlier one. Between the opening and its report the number looks like the earlier one's, so an engine that was
/// seen with nothing open is not asked again. Sockets are kept alive here: a finalizer must not close what the engine forgot.
/// </remarks>
public static class EngineDescriptors
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<int, Opening> s_openings = [];

    /// <summary>Begins to watch every engine of the process.</summary>
    public static void Watch()
    {
        if (OpenDescriptors.CanCount)
        {
            DescriptorWatch.Watcher = OnOpened;
        }
    }

    /// <summary>Lists what an engine has opened and not closed.</summary>
    public static IReadOnlyList<string> Open(TransportEngine engine)
    {
        lock (s_lock)
        {
            return [.. s_openings
                .Where(pair => ReferenceEquals(pair.Value.Engine, engine) && OpenDescriptors.Link(pair.Key) == pair.Value.Link)
                .Select(pair => $"{pair.Key} ({pair.Value.Link}) of the {engine.Name} engine")];
        }
    }

    /// <summary>Lists what is open of an engine that has ended. Sockets of System.Net.Sockets end a moment after their last call.</summary>
    public static async Task<IReadOnlyList<string>> LeftOpenAsync(TransportEngine engine)
    {
        IReadOnlyList<string> left = [];
        await Eventually.HoldsAsync(() => (left = Open(engine)).Count == 0, s_patience).ConfigureAwait(false);
        Forget(engine);
        return left;
    }

    /// <summary>The same for every engine that has ended and has not been asked about.</summary>
    public static IReadOnlyList<string> LeftOpenOfEnded()
    {
        var clock = Stopwatch.StartNew();
        var left = new List<string>();
        foreach (var engine in Engines().Where(HasEnded))
        {
            var open = Open(engine);
            while (open.Count > 0 && clock.Elapsed < s_patience)
            {
                Thread.Sleep(1);
                open = Open(engine);
            }

            Forget(engine);
            left.AddRange(open);
        }

        return left;
    }

    /// <summary>Counts the engines that run and have opened something.</summary>
    public static int CountRunning() => Engines().Count(static engine => !HasEnded(engine));

    private static bool HasEnded(TransportEngine engine) =>
        engine.Loops.Count > 0 && engine.Loops.All(static loop => loop.Ended.IsCompleted);

    private static void OnOpened(TransportEngine engine, int descriptor, Socket? socket)
    {
        var opening = new Opening(engine, OpenDescriptors.Link(descriptor), socket);
        lock (s_lock)
        {
            s_openings[descriptor] = opening;
        }
    }

    private static TransportEngine[] Engines()
    {
        lock (s_lock)
        {
            return [.. s_openings.Values.Select(static opening => opening.Engine).Distinct()];
        }
    }

    private static void Forget(TransportEngine engine)
    {
        lock (s_lock)
        {
            foreach (var descriptor in s_openings.Where(pair => ReferenceEquals(pair.Value.Engine, engine)).Select(static pair => pair.Key).ToArray())
            {
                s_openings.Remove(descriptor);
            }
        }
    }

    private sealed record Opening(TransportEngine Engine, string? Link, Socket? Socket);
}
