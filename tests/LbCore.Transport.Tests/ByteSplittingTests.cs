using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using CsCheck;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 5, as a property: how bytes are cut by either side changes nothing about them.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoop))]
public sealed class ByteSplittingTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int Runs = 40;

    /// <summary>What one reading step does: consume and examine these shares, in thousandths, of what it is shown.</summary>
    private sealed record Step(int Consumed, int Examined);

    private sealed record Exchange(int Length, int Seed, int[] Slices, Step[] Steps);

    private static readonly Gen<Exchange> Exchanges = Gen.Select(
        Gen.OneOf(Gen.Int[0, 200], Gen.Int[60_000, 70_000], Gen.Int[0, 300_000]),
        Gen.Int[0, 1_000_000],
        Gen.OneOf(Gen.Int[1, 10], Gen.Int[1, 70_000]).Array[0, 12],
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], (consumed, examined) => new Step(consumed, Math.Max(consumed, examined))).Array[1, 12],
        (length, seed, slices, steps) => new Exchange(length, seed, slices, steps));

    [Test, CancelAfter(120_000)]
    public async Task Any_split_and_any_way_of_reading_gives_the_same_bytes()
    {
        var current = NewSource<Exchange>();
        var answers = NewSource<byte[]>();
        var listener = Harness.Listen(async connection =>
        {
            var exchange = await current.Task;
            await connection.Loop.SwitchTo();
            answers.SetResult(await ReadInStepsAsync(connection, exchange.Steps));
        });

        // CsCheck samples synchronously; a test thread may block, a loop may not.
        await Task.Run(() => Exchanges.Sample(
            exchange =>
            {
                current = NewSource<Exchange>();
                answers = NewSource<byte[]>();
                return RunAsync(listener, exchange, current, () => answers.Task).GetAwaiter().GetResult();
            },
            iter: Runs,
            threads: 1));
    }

    private async Task<bool> RunAsync(
        TransportListener listener, Exchange exchange, TaskCompletionSource<Exchange> current, Func<Task<byte[]>> answer)
    {
        var bytes = TestRandom.Bytes(exchange.Length, exchange.Seed);
        using var client = await Harness.ConnectAsync(listener).ConfigureAwait(false);
        current.SetResult(exchange);
        await client.WriteSlicesAsync(bytes, exchange.Slices).ConfigureAwait(false);
        await client.HalfCloseAsync().ConfigureAwait(false);
        var read = await answer().WaitAsync(Token).ConfigureAwait(false);
        return read.AsSpan().SequenceEqual(bytes);
    }

    private static async Task<byte[]> ReadInStepsAsync(TransportConnection connection, Step[] steps)
    {
        var all = new List<byte>();
        for (var turn = 0; ; turn++)
        {
            var result = await connection.Input.ReadAsync();
            var buffer = result.Buffer;

            var step = result.IsCompleted ? new Step(1000, 1000) : steps[turn % steps.Length];
            var consumed = buffer.Slice(0, buffer.Length * step.Consumed / 1000);
            foreach (var segment in consumed)
            {
                all.AddRange(segment.Span);
            }

            var examined = buffer.GetPosition(buffer.Length * step.Examined / 1000);

            // What is not examined comes again at once: without a way out a step that consumes nothing would spin for ever.
            var waits = consumed.IsEmpty && turn % 2 == 1;
            connection.Input.AdvanceTo(consumed.End, waits ? buffer.End : examined);
            if (result.IsCompleted)
            {
                return [.. all];
            }
        }
    }
}
