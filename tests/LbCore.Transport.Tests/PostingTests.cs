using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using LbCore.Transport.Epoll;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Posting from other threads while the loop ends: it neither hangs nor loses what it took nor wakes what is closed.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
public sealed class PostingTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int Engines = 40;
    private const int Threads = 6;

    [Test, CancelAfter(60_000)]
    public async Task Whatever_a_post_was_taken_for_runs_also_when_the_engine_ends_meanwhile()
    {
        for (var i = 0; i < Engines; i++)
        {
            var engine = TransportEngine.Create(new TransportOptions { Engine = Case.Engine, Loops = Case.Loops });
            using var begun = new CountdownEvent(Threads);
            var posters = Enumerable.Range(0, Threads)
                .Select(number => Task.Factory.StartNew(() => PostUntilRefused(engine.Loops[number % Case.Loops], begun), Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))
                .ToArray();
            begun.Wait(Token);
            await engine.DisposeAsync().AsTask().WaitAsync(Token);

            // They take the numbers that have just become free: a late wake is a write to one of them.
            using var canaries = new Canaries(OperatingSystem.IsLinux() ? 4 * Case.Loops : 0);
            var counts = await Task.WhenAll(posters).WaitAsync(Token);
            Assert.That(counts.Select(static count => count.Ran), Is.EqualTo(counts.Select(static count => count.Taken)), $"engine {i}");
            Assert.That(canaries.Written(), Is.Zero, $"writes to descriptors of others, engine {i}");
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task A_loop_does_not_end_before_a_wake_that_is_under_way()
    {
        var loop = new HeldLoop((LoopEngine)Harness.Engine);
        loop.Start();
        await loop.Sleeping.WaitAsync(Token);
        var posted = Task.Run(() => loop.Post(static _ => { }, null), Token);
        await loop.Waking.WaitAsync(Token);

        // Another reason to wake up: the loop stops while the poster is still about to wake it.
        loop.RequestStop();
        loop.WakeUp();
        await Eventually.HoldsAsync(() => loop.IsReleased, TimeSpan.FromMilliseconds(100));
        loop.FinishWake();
        Assert.That(await posted.WaitAsync(Token), Is.True);
        await loop.Ended.WaitAsync(Token);
        Assert.That(loop.WokeAfterRelease, Is.False, "the poster woke a loop that had closed what the wake writes to");
    }

    private static (int Taken, int Ran) PostUntilRefused(EventLoop loop, CountdownEvent begun)
    {
        var taken = 0;
        var ran = 0;
        var pause = new Random(Environment.CurrentManagedThreadId);
        while (loop.Post(_ => ran++, null))
        {
            if (++taken == 20)
            {
                begun.Signal();
            }

            // Long enough for the loop to fall asleep now and then, so that posts have to wake it.
            Thread.SpinWait(pause.Next(400));
        }

        if (taken < 20)
        {
            begun.Signal();
        }

        // The loop has ended, or is about to run what is left.
        SpinWait.SpinUntil(() => loop.Ended.IsCompleted, TimeSpan.FromSeconds(10));
        return (taken, ran);
    }

    /// <summary>Event descriptors that nobody should write to.</summary>
    private sealed class Canaries : IDisposable
    {
        private readonly List<int> _descriptors = [];

        public Canaries(int count)
        {
            for (var i = 0; i < count; i++)
            {
                _descriptors.Add(Libc.EventDescriptor(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC));
            }
        }

        public long Written() => _descriptors.Sum(static descriptor => File
            .ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{descriptor}"))
            .Where(static line => line.StartsWith("eventfd-count:", StringComparison.Ordinal))
            .Sum(static line => long.Parse(line.AsSpan("eventfd-count:".Length), NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture)));

        public void Dispose() => _descriptors.ForEach(static descriptor => _ = Libc.Close(descriptor));
    }

    /// <summary>A loop whose wakes take as long as the test wants.</summary>
    private sealed class HeldLoop(LoopEngine engine) : EventLoop(engine, 0, new TransportOptions { Loops = 1 })
    {
        private readonly TaskCompletionSource _sleeping = NewSource();
        private readonly TaskCompletionSource _waking = NewSource();
        private readonly SemaphoreSlim _wake = new(0);
        private readonly SemaphoreSlim _finishWake = new(0);
        private volatile bool _released;

        public Task Sleeping => _sleeping.Task;

        public Task Waking => _waking.Task;

        public bool IsReleased => _released;

        public bool WokeAfterRelease { get; private set; }

        public override ValueTask<DialResult> DialAsync(EndPoint endPoint, DialOptions options) => throw new NotSupportedException();

        public void WakeUp() => _wake.Release();

        public void FinishWake() => _finishWake.Release();

        internal override void AbortConnections(LoopListener? listener, CloseReason reason)
        {
        }

        private protected override void Poll(int timeout)
        {
            if (timeout != 0)
            {
                _sleeping.TrySetResult();
                _wake.Wait(TimeSpan.FromSeconds(20));
            }
        }

        private protected override void Wake()
        {
            _waking.TrySetResult();
            _finishWake.Wait(TimeSpan.FromSeconds(20));
            WokeAfterRelease = _released;
        }

        private protected override void OnStarting()
        {
        }

        private protected override void OnStopping()
        {
        }

        private protected override void OnEnded() => _released = true;
    }
}
