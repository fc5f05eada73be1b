using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 5: the PipeReader contract is kept whole.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class PipeReaderContractTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public Task What_was_not_consumed_comes_again_with_what_is_new() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("abc");
        var result = await ReadAsync(connection, 3);
        connection.Input.AdvanceTo(result.Buffer.GetPosition(1), result.Buffer.End);
        await client.SendAsync("def");
        result = await ReadAsync(connection, 5);
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("bcdef"u8.ToArray()));
        connection.Input.AdvanceTo(result.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task Examining_to_the_end_waits_for_more() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("abc");
        var result = await ReadAsync(connection, 3);
        connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        var pending = connection.Input.ReadAsync().AsTask();
        Assert.That(pending.IsCompleted, Is.False);
        await client.SendAsync("d");
        result = await pending;
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("abcd"u8.ToArray()));
        connection.Input.AdvanceTo(result.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task Not_examining_to_the_end_returns_at_once() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("abc");
        var result = await ReadAsync(connection, 3);
        connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.GetPosition(2));
        var again = connection.Input.ReadAsync();
        Assert.That(again.IsCompleted, Is.True);
        result = await again;
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("abc"u8.ToArray()));
        connection.Input.AdvanceTo(result.Buffer.GetPosition(1));
        again = connection.Input.ReadAsync();
        Assert.That(again.IsCompleted, Is.True, "consuming a part examines that part only");
        result = await again;
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("bc"u8.ToArray()));
        connection.Input.AdvanceTo(result.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task Trying_to_read_takes_what_is_buffered_and_never_waits() => WithPairAsync(async (connection, client) =>
    {
        Assert.That(connection.Input.TryRead(out _), Is.False);
        await client.SendAsync("abc");
        var result = await ReadAsync(connection, 3);
        connection.Input.AdvanceTo(result.Buffer.GetPosition(1));
        Assert.That(connection.Input.TryRead(out result), Is.True);
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("bc"u8.ToArray()));
        connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        Assert.That(connection.Input.TryRead(out _), Is.False, "all of it was examined");
        await client.SendAsync("d");
        result = await ReadAsync(connection, 3);
        connection.Input.AdvanceTo(result.Buffer.End);
        Assert.That(connection.Input.TryRead(out _), Is.False);
    });

    [Test, CancelAfter(30_000)]
    public Task A_cancelled_read_keeps_what_is_buffered_and_the_next_one_goes_on() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("abc");
        var result = await ReadAsync(connection, 3);
        connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        var pending = connection.Input.ReadAsync().AsTask();
        connection.Input.CancelPendingRead();
        result = await pending;
        Assert.That(result.IsCanceled, Is.True);
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("abc"u8.ToArray()));
        connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        await client.SendAsync("d");
        result = await ReadAsync(connection, 4);
        Assert.That(result.IsCanceled, Is.False);
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("abcd"u8.ToArray()));
        connection.Input.AdvanceTo(result.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task Cancelling_before_a_read_cancels_the_next_one_only() => WithPairAsync(async (connection, client) =>
    {
        connection.Input.CancelPendingRead();
        var result = await connection.Input.ReadAsync();
        Assert.That(result.IsCanceled, Is.True);
        connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        await client.SendAsync("abc");
        result = await ReadAsync(connection, 3);
        Assert.That(result.IsCanceled, Is.False);
        connection.Input.AdvanceTo(result.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task A_token_ends_a_pending_read_and_loses_no_bytes() => WithPairAsync(async (connection, client) =>
    {
        using var source = new CancellationTokenSource();
        var pending = connection.Input.ReadAsync(source.Token).AsTask();
        await client.BackAsync(source.CancelAsync());
        Assert.That(await client.CatchAsync(() => pending), Is.InstanceOf<OperationCanceledException>());
        Assert.That(await client.CatchAsync(() => connection.Input.ReadAsync(source.Token).AsTask()), Is.InstanceOf<OperationCanceledException>());
        await client.SendAsync("abc");
        var result = await ReadAsync(connection, 3);
        connection.Input.AdvanceTo(result.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task Reading_at_least_more_than_one_buffer_chains_them() => WithPairAsync(async (connection, client) =>
    {
        var bytes = TestRandom.Bytes(300_000);
        var sending = client.SendAsync(bytes);
        var result = await connection.Input.ReadAtLeastAsync(bytes.Length);
        Assert.That(result.Buffer.ToArray().AsSpan().SequenceEqual(bytes), Is.True);
        connection.Input.AdvanceTo(result.Buffer.End);
        await sending;
    });

    [Test, CancelAfter(30_000)]
    public Task Two_reads_at_once_are_refused_and_the_first_goes_on() => WithPairAsync(async (connection, client) =>
    {
        var pending = connection.Input.ReadAsync().AsTask();
        Assert.That(await client.CatchAsync(() => connection.Input.ReadAsync().AsTask()), Is.InstanceOf<InvalidOperationException>());
        await client.SendAsync("abc");
        var result = await pending;
        Assert.That(result.Buffer.IsEmpty, Is.False);
        connection.Input.AdvanceTo(result.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task Reading_after_completing_is_refused() => WithPairAsync(async (connection, client) =>
    {
        await connection.Input.CompleteAsync();
        Assert.That(await client.CatchAsync(() => connection.Input.ReadAsync().AsTask()), Is.InstanceOf<InvalidOperationException>());
        Assert.That(() => connection.Input.TryRead(out _), Throws.InvalidOperationException);
    });

    [Test, CancelAfter(30_000)]
    public Task Completing_the_reader_leaves_the_writer_alone() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("abc");
        var result = await ReadAsync(connection, 3);
        connection.Input.AdvanceTo(result.Buffer.Start);
        await connection.Input.CompleteAsync();
        await connection.Output.WriteAsync("still here"u8.ToArray());
        Assert.That(await client.ReadExactlyAsync(10), Is.EqualTo("still here"u8.ToArray()));
    });

    [Test, CancelAfter(30_000)]
    public Task Completing_with_an_error_aborts() => WithPairAsync(async (connection, client) =>
    {
        await connection.Input.CompleteAsync(new TimeoutException("mine"));
        var end = await client.ReadUntilClosedAsync();
        Assert.That(end.IsReset, Is.True);
        Assert.That(connection.CloseReason, Is.EqualTo(CloseReason.Aborted));
        Assert.That(connection.CloseException, Is.InstanceOf<TimeoutException>());
    });

    [Test, CancelAfter(30_000)]
    public Task The_end_comes_with_the_last_bytes_or_after_them_and_stays() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("abc");
        await client.HalfCloseAsync();
        Assert.That(await ReadAllAsync(connection.Input), Is.EqualTo("abc"u8.ToArray()));
        for (var i = 0; i < 3; i++)
        {
            var result = await connection.Input.ReadAsync();
            Assert.That(result.IsCompleted && result.Buffer.IsEmpty, Is.True);
            connection.Input.AdvanceTo(result.Buffer.End);
        }

        Assert.That(connection.Input.TryRead(out var last), Is.True);
        Assert.That(last.IsCompleted, Is.True);
        connection.Input.AdvanceTo(last.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task Bytes_left_over_at_the_end_stay_readable() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("abc");
        await client.HalfCloseAsync();
        ReadResult result;
        do
        {
            result = await connection.Input.ReadAsync();
            connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
        while (!result.IsCompleted);

        var again = connection.Input.ReadAsync();
        Assert.That(again.IsCompleted, Is.True, "nothing more will come, so waiting would hang");
        result = await again;
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("abc"u8.ToArray()));
        connection.Input.AdvanceTo(result.Buffer.End);
    });

    [Test, CancelAfter(30_000)]
    public Task Moving_backwards_is_refused() => WithPairAsync(async (connection, client) =>
    {
        await client.SendAsync("abcd");
        var result = await ReadAsync(connection, 4);
        Assert.That(
            () => connection.Input.AdvanceTo(result.Buffer.GetPosition(3), result.Buffer.GetPosition(1)),
            Throws.InvalidOperationException.Or.InstanceOf<ArgumentException>());
    });

    [Test, CancelAfter(30_000)]
    public async Task A_reader_that_consumes_nothing_meets_the_limit_instead_of_hanging()
    {
        var harness = Start(options => options with { MaxBufferedBytes = 128 * 1024 });
        var failure = NewSource<Exception>();
        var listener = harness.Listen(async connection =>
        {
            try
            {
                while (true)
                {
                    var result = await connection.Input.ReadAsync();
                    connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                }
            }
            catch (InvalidOperationException exception)
            {
                failure.SetResult(exception);
            }
        });
        var client = await harness.ConnectAsync(listener);
        var sending = client.WriteAsync(new byte[16 * 1024 * 1024]);
        Assert.That(await failure.Task.WaitAsync(Token), Is.InstanceOf<InvalidOperationException>());
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Test, CancelAfter(30_000)]
    public Task A_zero_byte_read_of_the_stream_waits_for_bytes_and_takes_none() => WithPairAsync(async (connection, client) =>
    {
        var stream = connection.AsStream();
        var zero = stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.That(zero.IsCompleted, Is.False);
        await client.SendAsync("abc");
        Assert.That(await zero, Is.Zero);
        var buffer = new byte[3];
        await stream.ReadExactlyAsync(buffer);
        Assert.That(buffer, Is.EqualTo("abc"u8.ToArray()));
        await client.HalfCloseAsync();
        Assert.That(await stream.ReadAsync(buffer), Is.Zero);
    });

    // Reads until at least this many bytes are there, however the network cut them.
    private static ValueTask<ReadResult> ReadAsync(TransportConnection connection, int count) => connection.Input.ReadAtLeastAsync(count);
}
