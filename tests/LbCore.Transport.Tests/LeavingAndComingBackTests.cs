using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 3: code may leave a loop and come back.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
public sealed class LeavingAndComingBackTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public async Task Switching_from_the_thread_pool_lands_on_the_loop()
    {
        foreach (var loop in Harness.Engine.Loops)
        {
            await Task.Run(
                async () =>
                {
                    Assert.That(loop.InLoop, Is.False);
                    await loop.SwitchTo();
                    Assert.That(loop.InLoop, Is.True);
                    await Task.Yield();
                    Assert.That(loop.InLoop, Is.False, "nothing brings a continuation back by itself");
                    await loop.SwitchTo();
                    Assert.That(loop.InLoop, Is.True);
                },
                Token);
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Switching_from_one_loop_to_another_changes_the_thread()
    {
        var loops = Harness.Engine.Loops;
        var first = loops[0];
        var last = loops[^1];
        await Harness.RunAsync(first, async () =>
        {
            await last.SwitchTo();
            Assert.That(last.InLoop, Is.True);
            Assert.That(first.InLoop, Is.EqualTo(first == last));
        });
    }

    [Test, CancelAfter(30_000)]
    public Task Switching_on_the_loop_itself_completes_at_once() => Harness.RunAsync(Harness.Engine.Loops[0], () =>
    {
        Assert.That(Harness.Engine.Loops[0].SwitchTo().GetAwaiter().IsCompleted, Is.True);
        return Task.CompletedTask;
    });

    [Test, CancelAfter(30_000)]
    public async Task A_loop_has_no_context_and_only_the_default_scheduler()
    {
        foreach (var loop in Harness.Engine.Loops)
        {
            await Harness.RunAsync(loop, () =>
            {
                Assert.That(SynchronizationContext.Current, Is.Null);
                Assert.That(TaskScheduler.Current, Is.SameAs(TaskScheduler.Default));
                Assert.That(Thread.CurrentThread.IsThreadPoolThread, Is.False);
                return Task.CompletedTask;
            });
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Callbacks_from_many_threads_all_run_once_and_in_order_per_thread()
    {
        const int Threads = 4;
        const int Each = 5_000;
        var loop = Harness.Engine.Loops[0];
        var last = new int[Threads];
        var outOfOrder = 0;
        var total = 0;
        var done = NewSource();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 1; i <= Each; i++)
            {
                var number = i;
                loop.Post(
                    _ =>
                    {
                        outOfOrder += number == last[thread] + 1 ? 0 : 1;
                        last[thread] = number;
                        if (++total == Threads * Each)
                        {
                            done.SetResult();
                        }
                    },
                    null);
            }
        })));
        await done.Task.WaitAsync(Token);
        Assert.That(outOfOrder, Is.Zero);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_sleeping_loop_is_woken_by_every_post()
    {
        var loop = Harness.Engine.Loops[^1];
        for (var i = 0; i < 2_000; i++)
        {
            // One at a time, so that the loop goes to sleep in between: a lost wake-up hangs here.
            Assert.That(await Harness.RunAsync(loop, () => loop.InLoop), Is.True);
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Posting_after_the_end_fails()
    {
        var loops = Harness.Engine.Loops;
        await Harness.Engine.DisposeAsync();
        foreach (var loop in loops)
        {
            Assert.That(loop.Post(_ => Assert.Fail("ran after the end"), null), Is.False);
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Whoever_switches_to_a_loop_that_has_ended_goes_on_elsewhere_with_an_exception()
    {
        var loops = Harness.Engine.Loops;
        await Harness.Engine.DisposeAsync();
        foreach (var loop in loops)
        {
            // Bounded: a continuation that is dropped must not take the test along.
            Assert.That(await SwitchAsync(loop).WaitAsync(TimeSpan.FromSeconds(10), Token), Is.EqualTo("an exception, on the pool"));
        }

        static async Task<string> SwitchAsync(EventLoop loop)
        {
            try
            {
                await loop.SwitchTo();
                return "no exception";
            }
            catch (ObjectDisposedException)
            {
                return Thread.CurrentThread.IsThreadPoolThread ? "an exception, on the pool" : "an exception, elsewhere";
            }
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Whoever_switches_while_the_engine_ends_either_lands_or_gets_an_exception()
    {
        var loop = Harness.Engine.Loops[0];
        using var started = new SemaphoreSlim(0);
        var switching = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            started.Release();
            while (true)
            {
                try
                {
                    await loop.SwitchTo();
                }
                catch (ObjectDisposedException)
                {
                    return;
                }

                await Task.Yield();
            }
        })).ToArray();
        for (var i = 0; i < switching.Length; i++)
        {
            await started.WaitAsync(Token);
        }

        await Harness.Engine.DisposeAsync();
        await Task.WhenAll(switching).WaitAsync(Token);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_handler_that_went_to_the_pool_reads_and_writes_after_coming_back()
    {
        var listener = Harness.Listen(async connection =>
        {
            for (var i = 0; i < 50; i++)
            {
                var bytes = await ReadExactlyAsync(connection.Input, 5);
                await Task.Run(() => bytes.AsSpan().Reverse());
                await connection.Loop.SwitchTo();
                await connection.Output.WriteAsync(bytes);
            }
        });
        var client = await Harness.ConnectAsync(listener);
        for (var i = 0; i < 50; i++)
        {
            await client.WriteAsync("hello"u8.ToArray());
            Assert.That(await client.ReadExactlyAsync(5), Is.EqualTo("olleh"u8.ToArray()));
        }
    }
}
