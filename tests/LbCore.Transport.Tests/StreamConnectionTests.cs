using System;
using System.IO;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>What a connection behind a filter owes beyond the contract that all fixtures test under TLS.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
public sealed class StreamConnectionTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public Task A_filter_that_leaves_the_loop_does_not_take_its_user_along() => WithFilterAsync(
        stream => new TestFilter(stream) { Hops = true },
        async (connection, client) =>
        {
            var bytes = TestRandom.Bytes(200_000);
            var sending = client.Raw.WriteAsync(bytes);
            for (var left = bytes.Length; left > 0;)
            {
                var result = await connection.Input.ReadAsync();
                Assert.That(connection.Loop.InLoop, Is.True);
                left -= (int)result.Buffer.Length;
                await connection.SendAsync(result.Buffer);
                Assert.That(connection.Loop.InLoop, Is.True);
                connection.Input.AdvanceTo(result.Buffer.End);
            }

            Assert.That((await client.ReadExactlyAsync(bytes.Length)).AsSpan().SequenceEqual(bytes), Is.True);
            await client.BackAsync(sending);
        });

    [Test, CancelAfter(30_000)]
    public Task A_filter_without_a_mark_of_its_own_ends_with_the_fin() => WithFilterAsync(
        stream => new TestFilter(stream),
        async (connection, client) =>
        {
            await client.SendAsync("abc");
            client.Raw.SendFin();
            Assert.That(await ReadAllAsync(connection.Input), Is.EqualTo("abc"u8.ToArray()));
            connection.ShutdownSend();
            Assert.That((await client.ReadUntilClosedAsync()).IsReset, Is.False);
        });

    [Test, CancelAfter(30_000)]
    public Task A_filter_that_fails_to_read_is_an_abort() => WithFilterAsync(
        stream => new TestFilter(stream) { ReadError = new InvalidDataException("bad record") },
        async (connection, client) =>
        {
            await client.SendAsync("abc");
            var error = await client.CatchAsync(() => DrainAsync(connection));
            Assert.That(error, Is.InstanceOf<ConnectionAbortedException>());
            Assert.That(error!.InnerException, Is.InstanceOf<InvalidDataException>());
            Assert.That(connection.CloseReason, Is.EqualTo(CloseReason.Aborted));
            Assert.That(connection.CloseException, Is.InstanceOf<InvalidDataException>());
            Assert.That((await connection.Output.WriteAsync(new byte[1])).IsCompleted, Is.True);
        });

    [Test, CancelAfter(30_000)]
    public Task A_filter_that_fails_to_write_is_an_abort() => WithFilterAsync(
        stream => new TestFilter(stream) { WriteError = new InvalidDataException("no key") },
        async (connection, client) =>
        {
            Assert.That((await connection.Output.WriteAsync(new byte[1])).IsCompleted, Is.True);
            Assert.That(connection.CloseReason, Is.EqualTo(CloseReason.Aborted));
            Assert.That(await client.CatchAsync(() => DrainAsync(connection)), Is.InstanceOf<ConnectionAbortedException>());
        });

    [Test, CancelAfter(30_000)]
    public Task An_abort_wakes_both_directions_although_the_filter_is_stuck() => WithFilterAsync(
        stream => new TestFilter(stream) { IsStuck = true },
        async (connection, client) =>
        {
            var reading = connection.Input.ReadAsync().AsTask();
            var writing = connection.Output.WriteAsync(new byte[1]).AsTask();
            connection.Abort(CloseReason.IdleTimeout);
            var error = await client.CatchAsync(() => reading);
            Assert.That(error, Is.InstanceOf<ConnectionAbortedException>());
            Assert.That(((ConnectionAbortedException)error!).Reason, Is.EqualTo(CloseReason.IdleTimeout));
            Assert.That((await writing).IsCompleted, Is.True);
        },
        holdsBuffers: true);

    [Test, CancelAfter(30_000)]
    public Task What_is_written_while_a_cancelled_flush_goes_on_follows_it() => WithFilterAsync(
        stream => new TestFilter(stream),
        async (connection, client) =>
        {
            var first = TestRandom.Bytes(16 * 1024 * 1024, seed: 1);
            var second = TestRandom.Bytes(100_000, seed: 2);
            var pending = connection.Output.WriteAsync(first).AsTask();
            connection.Output.CancelPendingFlush();
            Assert.That((await pending).IsCanceled, Is.True);
            var reading = client.Raw.ReadExactlyAsync(first.Length + second.Length);
            second.CopyTo(connection.Output.GetMemory(second.Length));
            connection.Output.Advance(second.Length);
            Assert.That((await connection.Output.FlushAsync()).IsCanceled, Is.False);
            var read = await client.BackAsync(reading);
            Assert.That(read.AsSpan(0, first.Length).SequenceEqual(first), Is.True);
            Assert.That(read.AsSpan(first.Length).SequenceEqual(second), Is.True);
        });

    [Test, CancelAfter(30_000)]
    public async Task Filters_can_be_stacked()
    {
        var listener = Harness.Listen(async connection =>
        {
            var outer = new StreamConnection(new StreamConnection(connection, stream => new TestFilter(stream)), stream => new SslStream(stream));
            await ((SslStream)outer.Filter).AuthenticateAsServerAsync(TestCertificate.ServerOptions);
            await connection.Loop.SwitchTo();
            await EchoAsync(outer);
            await outer.DisposeAsync();
        });
        var client = await Harness.ConnectAsync(listener);
        await client.SecureAsClientAsync();
        var bytes = TestRandom.Bytes(300_000);
        var sending = client.WriteAsync(bytes);
        Assert.That((await client.ReadExactlyAsync(bytes.Length)).AsSpan().SequenceEqual(bytes), Is.True);
        await sending;
        await client.HalfCloseAsync();
        Assert.That(await client.ReadToEndAsync(), Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_client_that_talks_no_tls_is_an_error_and_leaks_nothing()
    {
        var failed = NewSource<Exception>();
        var listener = Harness.Listen(async connection =>
        {
            await using var secured = new StreamConnection(connection, stream => new SslStream(stream));
            try
            {
                await ((SslStream)secured.Filter).AuthenticateAsServerAsync(TestCertificate.ServerOptions);
            }
            catch (Exception exception)
            {
                failed.SetResult(exception);
            }
        });
        var client = await Harness.ConnectAsync(listener);
        await client.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.That(await failed.Task.WaitAsync(Token), Is.Not.Null);
        await client.ReadUntilClosedAsync();
        await Harness.AtRestAsync();
    }

    private async Task WithFilterAsync(Func<Stream, Stream> createFilter, Func<TransportConnection, LoopClient, Task> test, bool holdsBuffers = false)
    {
        var (inner, client) = await PairAsync(clientBufferSize: 64 * 1024);
        TestFilter? filter = null;
        await OnLoopAsync(inner, async () =>
        {
            var connection = new StreamConnection(inner, stream => filter = (TestFilter)createFilter(stream));
            try
            {
                await test(connection, new LoopClient(client, inner.Loop));
            }
            finally
            {
                await connection.DisposeAsync();
            }
        });
        if (holdsBuffers)
        {
            filter!.LetGo();
        }
    }

    /// <summary>Passes bytes through, and misbehaves as told.</summary>
    private sealed class TestFilter(Stream inner) : Stream
    {
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Hops { get; init; }

        public Exception? ReadError { get; init; }

        public Exception? WriteError { get; init; }

        public bool IsStuck { get; init; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void LetGo() => _letGo.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await MisbehaveAsync();
            var count = await inner.ReadAsync(buffer, cancellationToken);
            if (Hops)
            {
                await Task.Yield();
            }

            return ReadError is null || buffer.IsEmpty ? count : throw ReadError;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await MisbehaveAsync();
            if (WriteError is not null)
            {
                throw WriteError;
            }

            await inner.WriteAsync(buffer, cancellationToken);
            if (Hops)
            {
                await Task.Yield();
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private async Task MisbehaveAsync()
        {
            if (Hops)
            {
                await Task.Yield();
            }

            if (IsStuck)
            {
                await _letGo.Task;
            }
        }
    }
}
