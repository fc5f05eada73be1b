using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 1: continuations run from the loop's dispatch frame only; nobody resumes inside another's.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoop))]
public sealed class OneFrameTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public async Task Aborting_another_connection_does_not_run_its_reader_in_the_same_frame()
    {
        var (served, _) = await PairAsync();
        var order = new List<string>();
        await OnLoopAsync(served, async () =>
        {
            var reading = NoteWhenReadEndsAsync(served, order);
            served.Abort(CloseReason.Aborted);
            order.Add("abort returned");
            await reading;
        });
        Assert.That(order, Is.EqualTo(["abort returned", "read ended"]));
    }

    [Test, CancelAfter(30_000)]
    public async Task Cancelling_a_read_does_not_run_the_reader_in_the_same_frame()
    {
        var (served, _) = await PairAsync();
        var order = new List<string>();
        await OnLoopAsync(served, async () =>
        {
            var reading = NoteWhenReadEndsAsync(served, order);
            served.Input.CancelPendingRead();
            order.Add("cancel returned");
            await reading;
        });
        Assert.That(order, Is.EqualTo(["cancel returned", "read ended"]));
    }

    [Test, CancelAfter(30_000)]
    public async Task Cancelling_a_flush_does_not_run_the_writer_in_the_same_frame()
    {
        var (served, _) = await PairAsync(clientBufferSize: 4096);
        var order = new List<string>();
        await OnLoopAsync(served, async () =>
        {
            var flushing = NoteWhenFlushEndsAsync(served, order);
            served.Output.CancelPendingFlush();
            order.Add("cancel returned");
            await flushing;
            served.Abort(CloseReason.Aborted);
        });
        Assert.That(order, Is.EqualTo(["cancel returned", "flush ended"]));
    }

    [Test, CancelAfter(30_000)]
    public async Task Posting_from_the_loop_runs_the_callback_later_even_from_a_posted_callback()
    {
        var order = new List<string>();
        var loop = Harness.Engine.Loops[0];
        var done = NewSource();
        await Harness.RunAsync(loop, () => loop.Post(
            _ =>
            {
                loop.Post(
                    _ =>
                    {
                        order.Add("inner ran");
                        done.SetResult();
                    },
                    null);
                order.Add("post returned");
            },
            null));
        await done.Task.WaitAsync(Token);
        Assert.That(order, Is.EqualTo(["post returned", "inner ran"]));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_chain_of_aborts_never_nests()
    {
        const int Connections = 50;
        var served = new List<TransportConnection>();
        var listener = Harness.Listen(async connection =>
        {
            served.Add(connection);
            await StayAsync(connection);
        });
        for (var i = 0; i < Connections; i++)
        {
            await Harness.ConnectAsync(listener);
        }

        await Eventually.TrueAsync(() => served.Count == Connections, "every connection is served");
        var depth = 0;
        var deepest = 0;
        await Harness.RunAsync(Harness.Engine.Loops[0], () =>
        {
            var ends = new List<Task>();
            for (var i = 0; i < Connections; i++)
            {
                ends.Add(AbortNextAsync(i));
            }

            served[0].Abort(CloseReason.Aborted);
            return Task.WhenAll(ends);
        });
        Assert.That(deepest, Is.EqualTo(1));

        async Task AbortNextAsync(int index)
        {
            try
            {
                await served[index].Input.ReadAsync();
            }
            catch (ConnectionAbortedException)
            {
                // As it should; what counts is in whose frame.
            }

            depth++;
            deepest = Math.Max(deepest, depth);
            if (index + 1 < served.Count)
            {
                served[index + 1].Abort(CloseReason.OtherSideAborted);
            }

            depth--;
        }
    }

    private static async Task NoteWhenReadEndsAsync(TransportConnection connection, List<string> order)
    {
        try
        {
            var result = await connection.Input.ReadAsync();
            connection.Input.AdvanceTo(result.Buffer.Start);
        }
        catch (ConnectionAbortedException)
        {
            // How it ends is another test's question.
        }

        order.Add("read ended");
    }

    private static async Task NoteWhenFlushEndsAsync(TransportConnection connection, List<string> order)
    {
        await connection.Output.WriteAsync(new byte[32 * 1024 * 1024]);
        order.Add("flush ended");
    }
}
