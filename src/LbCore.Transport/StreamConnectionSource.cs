using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Is the inner connection's stream as its filter sees it; remembers whether the filter met the end of it.</summary>
/// <remarks>
/// A filter may come from anywhere, after a callback of its own that went to the thread pool, say: calls from elsewhere
/// are brought to the loop. Disposing does nothing: the inner connection ends when the outer one is disposed of.
/// </remarks>
internal sealed class StreamConnectionSource(Stream inner, EventLoop loop) : Stream
{
    public bool MetEnd { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        loop.InLoop && buffer.IsEmpty ? inner.ReadAsync(buffer, cancellationToken) : ObserveAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        loop.InLoop ? inner.WriteAsync(buffer, cancellationToken) : SwitchAndWriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw Blocking();

    public override void Write(byte[] buffer, int offset, int count) => throw Blocking();

    public override void Flush() => throw Blocking();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    internal static NotSupportedException Blocking() => new("A loop must not block: use the asynchronous methods.");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ObserveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await loop.SwitchTo();
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        MetEnd |= count == 0 && !buffer.IsEmpty;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SwitchAndWriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await loop.SwitchTo();
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }
}
