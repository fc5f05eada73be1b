using System;
using System.Buffers;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 5: what was written before a writer was completed goes out whole, then the end, whatever is cancelled meanwhile.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class CancelledFlushTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int MoreThanTheKernelTakes = 16 * 1024 * 1024;
    private const int ClientBuffer = 64 * 1024;

    private static readonly byte[] s_bytes = TestRandom.Bytes(MoreThanTheKernelTakes);

    [Test, CancelAfter(20_000)]
    public Task Cancelling_a_flush_of_a_completed_writer_loses_nothing() => WithPairAsync(
        async (connection, client) =>
        {
            connection.Output.Write(s_bytes);
            var pending = connection.Output.FlushAsync().AsTask();
            await connection.Output.CompleteAsync();
            connection.Output.CancelPendingFlush();
            Assert.That((await pending).IsCanceled, Is.True);
            await ArrivesWholeAsync(client);
        },
        ClientBuffer);

    [Test, CancelAfter(20_000)]
    public Task Cancelling_a_write_of_a_completed_writer_loses_nothing_and_gives_the_memory_back() => WithPairAsync(
        async (connection, client) =>
        {
            var memory = (byte[])s_bytes.Clone();
            var pending = connection.Output.WriteAsync(memory).AsTask();
            await connection.Output.CompleteAsync();
            connection.Output.CancelPendingFlush();
            Assert.That((await pending).IsCanceled, Is.True);

            // The caller may do with it what it likes now.
            memory.AsSpan().Clear();
            await ArrivesWholeAsync(client);
        },
        ClientBuffer);

    [Test, CancelAfter(20_000)]
    public Task Completing_after_a_cancelled_write_loses_nothing() => WithPairAsync(
        async (connection, client) =>
        {
            var memory = (byte[])s_bytes.Clone();
            var pending = connection.Output.WriteAsync(memory).AsTask();
            connection.Output.CancelPendingFlush();
            Assert.That((await pending).IsCanceled, Is.True);
            memory.AsSpan().Clear();
            await connection.Output.CompleteAsync();
            await ArrivesWholeAsync(client);
        },
        ClientBuffer);

    [Test, CancelAfter(20_000)]
    public Task Cancelling_when_a_completed_writer_has_no_flush_pending_loses_nothing() => WithPairAsync(
        async (connection, client) =>
        {
            connection.Output.Write(s_bytes);
            await connection.Output.CompleteAsync();
            connection.Output.CancelPendingFlush();
            await ArrivesWholeAsync(client);
        },
        ClientBuffer);

    private static async Task ArrivesWholeAsync(LoopClient client)
    {
        var end = await client.ReadUntilClosedAsync();
        Assert.That(end.IsReset, Is.False, "the end is a FIN");
        Assert.That(end.Bytes, Has.Length.EqualTo(s_bytes.Length));
        Assert.That(end.Bytes.AsSpan().SequenceEqual(s_bytes), Is.True, "the bytes are those that were written");
    }
}
