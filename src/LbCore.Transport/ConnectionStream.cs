using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Is a connection as a stream. Unlike the stream of a PipeWriter it fails when the peer is gone.</summary>
internal sealed class ConnectionStream : Stream
{
    private readonly TransportConnection _connection;

    public ConnectionStream(TransportConnection connection) => _connection = connection;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = _connection.Input.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully
            ? new ValueTask<int>(Take(read.Result, buffer.Span))
            : FinishReadAsync(read, buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var write = _connection.Output.WriteAsync(buffer, cancellationToken);
        if (!write.IsCompletedSuccessfully)
        {
            return FinishWriteAsync(write);
        }

        Check(write.Result);
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw SynchronousNotSupported();

    public override void Write(byte[] buffer, int offset, int count) => throw SynchronousNotSupported();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static NotSupportedException SynchronousNotSupported() =>
        new("A synchronous call would block the loop: use the asynchronous one.");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FinishReadAsync(ValueTask<ReadResult> read, Memory<byte> buffer) =>
        Take(await read.ConfigureAwait(false), buffer.Span);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishWriteAsync(ValueTask<FlushResult> write) => Check(await write.ConfigureAwait(false));

    private int Take(in ReadResult read, Span<byte> target)
    {
        var bytes = read.Buffer;
        if (read.IsCanceled)
        {
            _connection.Input.AdvanceTo(bytes.Start);
            throw new OperationCanceledException("The pending read was cancelled.");
        }

        var count = (int)Math.Min(bytes.Length, target.Length);
        var taken = bytes.Slice(0, count);
        taken.CopyTo(target);
        _connection.Input.AdvanceTo(taken.End);
        return count;
    }

    private void Check(in FlushResult write)
    {
        if (write.IsCanceled)
        {
            throw new OperationCanceledException("The pending write was cancelled.");
        }

        if (write.IsCompleted)
        {
            throw new ConnectionAbortedException(_connection.CloseReason, _connection.CloseException);
        }
    }
}
