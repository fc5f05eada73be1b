using System;
using System.IO;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Represents a connection seen through a stream filter, such as SslStream, with the contract of a bare one.</summary>
/// <remarks>
/// <para>
/// The filter reads and writes the inner connection; <see cref="Input"/> and <see cref="Output"/> carry what it lets
/// through. Continuations resume on the loop, wherever the filter itself may have been. What is written is copied once
/// into the loop's blocks, so a flush may be cancelled while the filter still works on the bytes; there is no vectored
/// send. <see cref="Peer"/> is what the inner connection sees: FIN, not the filter's own mark of the end.
/// </para>
/// <para>
/// With <see cref="SslStream"/>, completing <see cref="Output"/> sends close_notify and then FIN. A FIN that comes
/// without close_notify is a truncation: SslStream reports it as an ordinary end of stream, so this class watches
/// whether the end came from below instead, and then reads throw <see cref="ConnectionAbortedException"/> with
/// <see cref="CloseReason.PeerReset"/>. Writing is still possible after it; the owner decides. Other filters have no
/// mark of their own: for them FIN is the end.
/// </para>
/// </remarks>
public sealed class StreamConnection : TransportConnection
{
    private readonly StreamConnectionSource _source;
    private readonly StreamConnectionReader _reader;
    private readonly StreamConnectionWriter _writer;
    private bool _disposed;

    /// <summary>Initializes the connection and builds its filter. On the loop only.</summary>
    /// <param name="inner">The connection below. From now on it is read, written and disposed of through this one only.</param>
    /// <param name="createFilter">Builds the filter over the stream of the inner connection. It must not read or write yet.</param>
    public StreamConnection(TransportConnection inner, Func<Stream, Stream> createFilter)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(createFilter);
        Inner = inner;
        OwnLoop = inner.Loop;
        _source = new StreamConnectionSource(inner.AsStream(), inner.Loop);
        Filter = createFilter(_source);
        _reader = new StreamConnectionReader(this);
        _writer = new StreamConnectionWriter(this);
    }

    /// <summary>Gets the filter, for a handshake before the first read or write.</summary>
    public Stream Filter { get; }

    /// <inheritdoc/>
    public override EventLoop Loop => Inner.Loop;

    /// <inheritdoc/>
    public override PipeReader Input => _reader;

    /// <inheritdoc/>
    public override PipeWriter Output => _writer;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => Inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => Inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override ulong RemoteNetwork => Inner.RemoteNetwork;

    /// <inheritdoc/>
    public override UInt128 RemoteAddress => Inner.RemoteAddress;

    /// <inheritdoc/>
    public override CloseReason CloseReason => Inner.CloseReason;

    /// <inheritdoc/>
    public override Exception? CloseException => Inner.CloseException;

    /// <inheritdoc/>
    public override PeerState Peer => Inner.Peer;

    internal TransportConnection Inner { get; }

    // SslStream stops reading below once close_notify has come; if it met the inner end, there was none.
    internal bool IsTruncated => Filter is SslStream && _source.MetEnd;

    /// <inheritdoc/>
    public override long UndeliveredBytes => CloseReason == CloseReason.None ? _writer.UnsentBytes + Inner.UndeliveredBytes : 0;

    /// <inheritdoc/>
    public override void OnPeerChanged(Action<object?>? callback, object? state) => Inner.OnPeerChanged(callback, state);

    /// <inheritdoc/>
    public override void Abort(CloseReason reason, Exception? exception = null)
    {
        Inner.Abort(reason, exception);

        // A filter may sit in something that the inner abort does not wake, so both directions are woken here as well.
        Loop.Post(static state => ((StreamConnection)state!).OnAborted(), this);
    }

    /// <inheritdoc/>
    public override ValueTask CloseLingeringAsync(TimeSpan timeout, long maxBytes) =>
        LingeringClose.RunAsync(this, timeout, maxBytes);

    /// <inheritdoc/>
    public override Stream AsStream() => new ConnectionStream(this);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await ReturnToLoop();
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _writer.Complete();
        _reader.Complete();
        if (_writer.IsUnfinished)
        {
            // A stream that is cut must not look complete.
            Inner.Abort(CloseReason.Disposed);
        }

        // The inner end wakes whatever the filter waits for.
        await Inner.DisposeAsync().ConfigureAwait(false);
        _reader.Stop();
        _writer.Stop();
        await Filter.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Inner} through {Filter.GetType().Name}";

    // What the filter throws is the network's fault, which the inner connection knows then, or else the peer's.
    internal ConnectionAbortedException Fail(Exception exception)
    {
        if (Inner.CloseReason == CloseReason.None)
        {
            Inner.Abort(CloseReason.Aborted, exception);
        }

        return exception as ConnectionAbortedException ?? new ConnectionAbortedException(Inner.CloseReason, exception);
    }

    /// <summary>Brings the caller back to the loop, wherever the filter has left it.</summary>
    internal StreamConnectionReturn ReturnToLoop() => new(Loop);

    private void OnAborted()
    {
        _reader.OnAborted(new ConnectionAbortedException(CloseReason, CloseException));
        _writer.Resume();
    }
}
