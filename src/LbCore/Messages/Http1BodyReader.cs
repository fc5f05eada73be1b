using System;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Transport;

namespace LbCore.Messages;

/// <summary>
/// Reads one HTTP/1.1 body from a connection, piece by piece, without copying. Bytes behind the body stay unread. Reused
/// from body to body.
/// </summary>
internal sealed class Http1BodyReader
{
    private const int Unfiltered = -1;

    private readonly TrailerStore _store = new();
    private PipeReader _input = null!;
    private BodyDecoder _decoder;
    private SequencePosition _behindPiece;
    private int _trailerLength = Unfiltered;
    private bool _holdsPiece;
    private bool _stopped;

    /// <summary>Gets whether the whole body has been handed out.</summary>
    public bool IsEnded => _decoder.IsEnded;

    /// <summary>Gets how many bytes of data have been handed out.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Gets why the bytes were refused.</summary>
    public HttpError Error => _decoder.Error;

    public void Begin(PipeReader input, BodyFraming framing)
    {
        _input = input;
        _decoder = new BodyDecoder(framing, _store);
        _trailerLength = Unfiltered;
        _holdsPiece = false;
        _stopped = false;
        BytesRead = 0;
    }

    /// <summary>Forgets the body, and why its bytes were refused.</summary>
    public void Reset()
    {
        Begin(_input, BodyFraming.None);
        _store.Trim();
    }

    /// <summary>Returns a piece that has been received already. False when it must be waited for.</summary>
    public bool TryRead(out BodyPiece piece)
    {
        if (_decoder.IsEnded || _stopped)
        {
            piece = new BodyPiece(_stopped ? BodyStatus.Stopped : BodyStatus.End);
            return true;
        }

        try
        {
            if (_input.TryRead(out var read))
            {
                return TryTake(in read, out piece);
            }
        }
        catch (ConnectionAbortedException)
        {
            piece = new BodyPiece(BodyStatus.Reset);
            return true;
        }

        piece = default;
        return false;
    }

    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    public async ValueTask<BodyPiece> ReadAsync()
    {
        try
        {
            BodyPiece piece;
            while (!TryRead(out piece))
            {
                var read = await _input.ReadAsync();
                if (TryTake(in read, out piece))
                {
                    break;
                }
            }

            return piece;
        }
        catch (ConnectionAbortedException)
        {
            return new BodyPiece(BodyStatus.Reset);
        }
    }

    /// <summary>Returns the trailer lines that may go on, each with its CRLF; none before the end. Valid until the next body.</summary>
    public ReadOnlyMemory<byte> TakeTrailers(in TrailerFilter filter)
    {
        if (!_decoder.IsEnded || _decoder.TrailerLength == 0)
        {
            return default;
        }

        if (_trailerLength == Unfiltered)
        {
            _trailerLength = TrailerRules.Filter(_store.Lines(_decoder.TrailerLength).Span, in filter);
        }

        return _store.Lines(_trailerLength);
    }

    /// <summary>Gives the last piece back.</summary>
    public void Advance()
    {
        if (_holdsPiece)
        {
            _holdsPiece = false;
            _input.AdvanceTo(_behindPiece);
        }
    }

    /// <summary>Ends the body for its reader: a read that waits, and every further one, says so.</summary>
    public void Stop()
    {
        if (!_stopped && !_decoder.IsEnded)
        {
            _stopped = true;
            _input.CancelPendingRead();
        }
    }

    private bool TryTake(in ReadResult read, out BodyPiece piece)
    {
        if (_stopped)
        {
            _input.AdvanceTo(read.Buffer.Start);
            piece = new BodyPiece(BodyStatus.Stopped);
            return true;
        }

        var rest = read.Buffer;
        while (!rest.IsEmpty)
        {
            var bytes = rest.FirstSpan;
            if (!_decoder.TryNext(bytes, out var framing, out var data))
            {
                _input.AdvanceTo(rest.Start);
                piece = new BodyPiece(BodyStatus.Invalid);
                return true;
            }

            if (data > 0)
            {
                var behind = framing + data + TakeEnd(bytes[(framing + data)..]);
                _behindPiece = rest.GetPosition(behind);
                _holdsPiece = true;
                BytesRead += data;
                piece = new BodyPiece(
                    _decoder.IsEnded ? BodyStatus.End : BodyStatus.Data, rest.Slice(framing, data), rest.Length > behind);
                return true;
            }

            rest = rest.Slice(framing);
            if (_decoder.IsEnded)
            {
                _input.AdvanceTo(rest.Start);
                piece = new BodyPiece(BodyStatus.End);
                return true;
            }
        }

        _input.AdvanceTo(read.Buffer.End);
        piece = new BodyPiece(_decoder.EndsWithStream ? BodyStatus.End : BodyStatus.Truncated);
        return read.IsCompleted;
    }

    /// <summary>
    /// Takes the end of the body with its last data, when it is there: the last chunk then goes out with it in one send.
    /// </summary>
    private int TakeEnd(ReadOnlySpan<byte> bytes)
    {
        var ahead = _decoder;
        if (ahead.IsEnded || !ahead.TryNext(bytes, out var framing, out var data) || data > 0 || !ahead.IsEnded)
        {
            return 0;
        }

        _decoder = ahead;
        return framing;
    }
}
