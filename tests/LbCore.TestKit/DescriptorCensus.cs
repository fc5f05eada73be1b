using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace LbCore.TestKit;

/// <summary>
/// Counts what a whole run leaves open, whoever opened it and whatever the single tests said. A test assembly derives its
/// SetUpFixture from this.
/// </summary>
public abstract class DescriptorCensus
{
    // What the test platform ends with when a test has failed.
    private const int FailedRun = 2;

    private IReadOnlyList<string> _before = [];

    [OneTimeSetUp]
    public async Task CountBeforeAsync()
    {
        EngineDescriptors.Watch();
        if (OpenDescriptors.CanCount)
        {
            await OpenWhatTheRuntimeKeepsAsync().ConfigureAwait(false);
            _before = Counted();
        }
    }

    [OneTimeTearDown]
    public async Task NothingIsLeftOpenAsync()
    {
        if (!OpenDescriptors.CanCount)
        {
            return;
        }

        if (await Eventually.HoldsAsync(() => Left().Count == 0 && EngineDescriptors.CountRunning() == 0).ConfigureAwait(false))
        {
            return;
        }

        var fault = $"The run has left open: {string.Join(", ", Left())}; engines that nobody has ended: {EngineDescriptors.CountRunning()}.";

        // The adapter only prints what fails here, and the run would pass.
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Console.Error.WriteLine(fault);
            Environment.ExitCode = FailedRun;
        };
        Assert.Fail(fault);
    }

    /// <summary>The first asynchronous wait on a socket opens what serves all others.</summary>
    private static async Task OpenWhatTheRuntimeKeepsAsync()
    {
        using var listener = new RawListener(CancellationToken.None);
        var accepting = listener.AcceptAsync();
        using var client = await RawClient.ConnectAsync(listener.EndPoint, CancellationToken.None).ConfigureAwait(false);
        using var accepted = await accepting.ConfigureAwait(false);
    }

    private static IReadOnlyList<string> Counted() => [.. OpenDescriptors.Links().Where(static link =>
        link.StartsWith("socket:", StringComparison.Ordinal) || link is "anon_inode:[eventfd]" or "anon_inode:[eventpoll]")];

    private List<string> Left()
    {
        var left = Counted().ToList();
        foreach (var link in _before)
        {
            left.Remove(link);
        }

        return left;
    }
}
