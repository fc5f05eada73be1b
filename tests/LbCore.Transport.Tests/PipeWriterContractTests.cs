using System;
using System.Buffers;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 5, the writing half: the PipeWriter contract is kept whole.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class PipeWriterContractTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private const int MoreThanTheKernelTakes = 32 * 1024 * 1024;

    [Test, CancelAfter(30_000)]
    public Task Memory_is_at_least_as_large_as_asked_for([Values(0, 1, 64 * 1024, 200 * 1024)] int sizeHint) =>
        WithPairAsync(async (connection, client) =>
        {
            Assert.That(connection.Output.GetMemory(sizeHint).Length, Is.GreaterThanOrEqualTo(Math.Max(sizeHint, 1)));
            Assert.That(connection.Output.GetSpan(sizeHint).Length, Is.GreaterThanOrEqualTo(Math.Max(sizeHint, 1)));
            var size = Math.Max(sizeHint, 1);
            var expected = TestRandom.Bytes(size);
            expected.CopyTo(connection.Output.GetMemory(size));
            connection.Output.Advance(size);
            await connection.Output.FlushAsync();
            Assert.That((await client.ReadExactlyAsync(size)).AsSpan().SequenceEqual(expected), Is.True);
        });

    [Test, CancelAfter(30_000)]
    public Task Negative_sizes_and_advancing_too_far_are_refused() => WithPairAsync((connection, _) =>
    {
        Assert.That(() => connection.Output.GetMemory(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => connection.Output.GetSpan(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        var room = connection.Output.GetMemory().Length;
        Assert.That(() => connection.Output.Advance(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => connection.Output.Advance(room + 1),
            Throws.InstanceOf<ArgumentOutOfRangeException>().Or.InstanceOf<InvalidOperationException>());
        return Task.CompletedTask;
    });

    [Test, CancelAfter(30_000)]
    public Task Bytes_leave_in_order_however_they_are_written() => WithPairAsync(async (connection, client) =>
    {
        var random = TestRandom.Create();
        var expected = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 60; i++)
        {
            var bytes = TestRandom.Bytes(random.Next(0, 50_000), i);
            expected.Write(bytes);
            switch (random.Next(4))
            {
                case 0:
                    connection.Output.Write(bytes);
                    break;
                case 1:
                    await connection.Output.WriteAsync(bytes);
                    break;
                case 2:
                    await connection.SendAsync(Split(bytes, random));
                    break;
                default:
                    connection.Output.Write(bytes);
                    await connection.Output.FlushAsync();
                    break;
            }

            if (expected.WrittenCount > 100_000)
            {
                await connection.Output.FlushAsync();
                Assert.That(await client.ReadExactlyAsync(expected.WrittenCount), Is.EqualTo(expected.WrittenSpan.ToArray()));
                expected.ResetWrittenCount();
            }
        }

        await connection.Output.FlushAsync();
        Assert.That(await client.ReadExactlyAsync(expected.WrittenCount), Is.EqualTo(expected.WrittenSpan.ToArray()));
    });

    [Test, CancelAfter(30_000)]
    public Task Unflushed_bytes_are_counted_where_that_is_supported() => WithPairAsync(async (connection, client) =>
    {
        var output = connection.Output;
        Assume.That(output.CanGetUnflushedBytes, Is.True);
        Assert.That(output.UnflushedBytes, Is.Zero);
        output.Write("abc"u8);
        output.Write("de"u8);
        Assert.That(output.UnflushedBytes, Is.EqualTo(5));
        await output.FlushAsync();
        Assert.That(output.UnflushedBytes, Is.Zero);
        Assert.That(await client.ReadExactlyAsync(5), Is.EqualTo("abcde"u8.ToArray()));
    });

    [Test, CancelAfter(30_000)]
    public Task A_cancelled_flush_returns_and_a_later_one_goes_on() => WithPairAsync(
        async (connection, client) =>
        {
            var bytes = TestRandom.Bytes(MoreThanTheKernelTakes);
            connection.Output.Write(bytes);
            var pending = connection.Output.FlushAsync().AsTask();
            Assert.That(pending.IsCompleted, Is.False);
            connection.Output.CancelPendingFlush();
            Assert.That((await pending).IsCanceled, Is.True);
            var reading = client.ReadExactlyAsync(bytes.Length);
            var result = await connection.Output.FlushAsync();
            Assert.That(result is { IsCanceled: false, IsCompleted: false }, Is.True);
            Assert.That((await reading).AsSpan().SequenceEqual(bytes), Is.True);
        },
        clientBufferSize: 64 * 1024);

    [Test, CancelAfter(30_000)]
    public Task Cancelling_before_a_flush_cancels_the_next_one_only() => WithPairAsync(async (connection, client) =>
    {
        connection.Output.CancelPendingFlush();
        connection.Output.Write("abc"u8);
        Assert.That((await connection.Output.FlushAsync()).IsCanceled, Is.True);
        Assert.That((await connection.Output.FlushAsync()).IsCanceled, Is.False);
        Assert.That(await client.ReadExactlyAsync(3), Is.EqualTo("abc"u8.ToArray()));
    });

    [Test, CancelAfter(30_000)]
    public Task A_token_ends_a_pending_flush() => WithPairAsync(
        async (connection, client) =>
        {
            using var source = new CancellationTokenSource();
            connection.Output.Write(new byte[MoreThanTheKernelTakes]);
            var pending = connection.Output.FlushAsync(source.Token).AsTask();
            await client.BackAsync(source.CancelAsync());
            Assert.That(await client.CatchAsync(() => pending), Is.InstanceOf<OperationCanceledException>());
            connection.Abort(CloseReason.Aborted);
        },
        clientBufferSize: 64 * 1024);

    [Test, CancelAfter(30_000)]
    public Task Two_flushes_at_once_are_refused() => WithPairAsync(
        async (connection, client) =>
        {
            var pending = connection.Output.WriteAsync(new byte[MoreThanTheKernelTakes]).AsTask();
            Assert.That(await client.CatchAsync(() => connection.Output.FlushAsync().AsTask()), Is.InstanceOf<InvalidOperationException>());
            connection.Abort(CloseReason.Aborted);
            Assert.That((await pending).IsCompleted, Is.True);
        },
        clientBufferSize: 64 * 1024);

    [Test, CancelAfter(30_000)]
    public Task Writing_after_completing_is_refused() => WithPairAsync(async (connection, client) =>
    {
        await connection.Output.CompleteAsync();
        Assert.That(() => connection.Output.GetMemory(), Throws.InvalidOperationException);
        Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.False);
    });

    [Test, CancelAfter(30_000)]
    public Task Completing_sends_what_is_left_and_then_the_end() => WithPairAsync(async (connection, client) =>
    {
        var bytes = TestRandom.Bytes(3 * 1024 * 1024);
        connection.Output.Write(bytes);
        await connection.Output.CompleteAsync();
        var end = await client.ReadUntilClosedAsync();
        Assert.That(end.IsReset, Is.False);
        Assert.That(end.Bytes.AsSpan().SequenceEqual(bytes), Is.True);
    });

    [Test, CancelAfter(30_000)]
    public Task Completing_with_an_error_aborts() => WithPairAsync(async (connection, client) =>
    {
        await connection.Output.CompleteAsync(new TimeoutException("mine"));
        var end = await client.ReadUntilClosedAsync();
        Assert.That(end.IsReset, Is.True);
        Assert.That(connection.CloseReason, Is.EqualTo(CloseReason.Aborted));
    });

    [Test, CancelAfter(30_000)]
    public Task Reading_and_writing_wait_at_the_same_time() => WithPairAsync(
        async (connection, client) =>
        {
            var bytes = TestRandom.Bytes(MoreThanTheKernelTakes);
            var reading = connection.Input.ReadAsync().AsTask();
            var writing = connection.Output.WriteAsync(bytes).AsTask();
            Assert.That(reading.IsCompleted || writing.IsCompleted, Is.False);
            await client.SendAsync("abc");
            var result = await reading;
            connection.Input.AdvanceTo(result.Buffer.End);
            Assert.That(writing.IsCompleted, Is.False, "the client has not read yet");
            Assert.That((await client.ReadExactlyAsync(bytes.Length)).AsSpan().SequenceEqual(bytes), Is.True);
            Assert.That((await writing).IsCompleted, Is.False);
        },
        clientBufferSize: 64 * 1024);

    [Test, CancelAfter(30_000)]
    public Task An_empty_flush_and_an_empty_send_complete_at_once() => WithPairAsync(async (connection, client) =>
    {
        Assert.That((await connection.Output.FlushAsync()).IsCompleted, Is.False);
        Assert.That((await connection.Output.WriteAsync(ReadOnlyMemory<byte>.Empty)).IsCompleted, Is.False);
        Assert.That((await connection.SendAsync(ReadOnlySequence<byte>.Empty)).IsCompleted, Is.False);
        await connection.Output.WriteAsync("abc"u8.ToArray());
        Assert.That(await client.ReadExactlyAsync(3), Is.EqualTo("abc"u8.ToArray()));
    });

    [Test, CancelAfter(30_000)]
    public Task A_send_of_many_segments_goes_out_behind_what_was_written_before() => WithPairAsync(async (connection, client) =>
    {
        // More segments than one system call takes (IOV_MAX is 1,024).
        var bytes = TestRandom.Bytes(3_000);
        connection.Output.Write("head"u8);
        await connection.SendAsync(Chain(bytes.Chunk(1)));
        Assert.That(await client.ReadExactlyAsync(4), Is.EqualTo("head"u8.ToArray()));
        Assert.That(await client.ReadExactlyAsync(bytes.Length), Is.EqualTo(bytes));
    });

    [Test, CancelAfter(30_000)]
    public Task The_stream_writes_what_it_is_given() => WithPairAsync(async (connection, client) =>
    {
        var stream = connection.AsStream();
        await stream.WriteAsync("abc"u8.ToArray());
        await stream.FlushAsync();
        Assert.That(await client.ReadExactlyAsync(3), Is.EqualTo("abc"u8.ToArray()));
    });

    private static ReadOnlySequence<byte> Split(byte[] bytes, Random random) => bytes.Length < 2
        ? new ReadOnlySequence<byte>(bytes)
        : Chain(bytes.Chunk(Math.Max(1, random.Next(bytes.Length))));

    private static ReadOnlySequence<byte> Chain(System.Collections.Generic.IEnumerable<byte[]> chunks)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (var chunk in chunks)
        {
            last = new Segment(chunk, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
