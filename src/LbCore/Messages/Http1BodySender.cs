using System;
using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.Messages;

/// <summary>
/// Sends one HTTP/1.1 body, together with the head that was written before it. Large pieces go out from where they lie;
/// small ones are copied behind what is waiting, which costs less than a second piece in the call. Reused from body to body.
/// </summary>
internal sealed class Http1BodySender
{
    private const int MaxCopied = 4 * 1024;
    private const int MaxUnflushed = 32 * 1024;

    // A size in hexadecimal digits and two line ends.
    private const int ChunkOverhead = 24;

    private static readonly byte[] ChunkEnd = "\r\n"u8.ToArray();
    private static readonly byte[] BodyEnd = "\r\n0\r\n\r\n"u8.ToArray();

    private readonly Segment _data = new();
    private readonly Segment _behind = new();
    private TransportConnection _connection = null!;
    private bool _chunked;

    /// <summary>Gets or sets the trailer lines that a chunked body ends with, each with its CRLF.</summary>
    public ReadOnlyMemory<byte> Trailers { get; set; }

    public void Begin(TransportConnection connection, bool chunked)
    {
        _connection = connection;
        _chunked = chunked;
        Trailers = default;
    }

    /// <summary>Sends data that stays where it is until the task completes.</summary>
    /// <param name="data">The data; may be empty.</param>
    /// <param name="isEnd">Whether the body ends with it.</param>
    /// <param name="more">Whether more follows at once, so that this may wait for it.</param>
    public ValueTask<FlushResult> SendAsync(in ReadOnlySequence<byte> data, bool isEnd, bool more)
    {
        var output = _connection.Output;
        if (data.Length > MaxCopied)
        {
            if (!_chunked)
            {
                return _connection.SendAsync(data);
            }

            if (data.IsSingleSegment && (!isEnd || Trailers.IsEmpty))
            {
                return SendWholeChunk(data.First, isEnd ? BodyEnd : ChunkEnd);
            }
        }

        if (!_chunked)
        {
            // Alone it can go out from where it lies.
            if (output.UnflushedBytes == 0 && !data.IsEmpty && (isEnd || !more))
            {
                return _connection.SendAsync(data);
            }

            Copy(output, data);
        }
        else
        {
            WriteChunk(output, data, isEnd);
        }

        return (isEnd || !more || output.UnflushedBytes > MaxUnflushed) && output.UnflushedBytes > 0 ? output.FlushAsync() : default;
    }

    // Its size, its data and its end go out in one call.
    private ValueTask<FlushResult> SendWholeChunk(ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> behind)
    {
        WriteSize(_connection.Output, data.Length);
        _behind.Set(behind, data.Length, null);
        _data.Set(data, 0, _behind);
        return _connection.SendAsync(new ReadOnlySequence<byte>(_data, 0, _behind, behind.Length));
    }

    private void WriteChunk(PipeWriter output, in ReadOnlySequence<byte> data, bool isEnd)
    {
        if (!data.IsEmpty)
        {
            WriteSize(output, data.Length);
            Copy(output, data);
            output.Write("\r\n"u8);
        }

        if (isEnd)
        {
            WriteEnd(output);
        }
    }

    private void WriteEnd(PipeWriter output)
    {
        if (Trailers.IsEmpty)
        {
            output.Write("0\r\n\r\n"u8);
            return;
        }

        output.Write("0\r\n"u8);
        output.Write(Trailers.Span);
        output.Write("\r\n"u8);
    }

    private static void WriteSize(PipeWriter output, long size)
    {
        var span = output.GetSpan(ChunkOverhead);
        Utf8Formatter.TryFormat((ulong)size, span, out var digits, new StandardFormat('x'));
        "\r\n"u8.CopyTo(span[digits..]);
        output.Advance(digits + 2);
    }

    private static void Copy(PipeWriter output, in ReadOnlySequence<byte> data)
    {
        foreach (var memory in data)
        {
            output.Write(memory.Span);
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public void Set(ReadOnlyMemory<byte> memory, long start, Segment? next)
        {
            Memory = memory;
            RunningIndex = start;
            Next = next;
        }
    }
}
