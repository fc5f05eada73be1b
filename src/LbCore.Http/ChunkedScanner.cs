using System;

namespace LbCore.Http;

/// <summary>
/// Finds the data in a chunked body (RFC 9112 section 7.1) and copies none of it. Extensions and trailers are checked
/// and bounded; trailers are kept if there is a store for them. A field to be used in place.
/// </summary>
internal struct ChunkedScanner
{
    private const int MaxSizeDigits = 15;
    private const int MaxExtensionBytes = 1024;

    // A chunk may cost this much more than its data, and the body as a whole this much more than all its chunks may:
    // otherwise a few bytes of data could be wrapped in any number of others.
    private const int FreeOverhead = 16;
    private const int MaxExcess = 16 * 1024;
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';

    private readonly TrailerStore? _trailers;
    private long _left;
    private int _count;
    private int _excess;
    private int _lines;
    private State _state;

    public ChunkedScanner(TrailerStore? trailers) => _trailers = trailers;

    private enum State : byte
    {
        FirstDigit,
        Size,
        Extension,
        SizeLf,
        Data,
        DataCr,
        DataLf,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLf,
        EndLf,
        Ended,
    }

    /// <summary>Gets how many bytes of trailer lines have been put into the store.</summary>
    public int TrailerLength { get; private set; }

    /// <summary>Gets why the bytes were refused.</summary>
    public HttpError Error { get; private set; }

    /// <summary>
    /// Goes over the next bytes: first <paramref name="framing"/> of them that are no data, then <paramref name="data"/>
    /// that are. Both are done with; the next call begins behind them.
    /// </summary>
    /// <returns>
    /// <see cref="ParseStatus.Complete"/> at the end of the body: there is no data then, and what follows is no part of it.
    /// <see cref="ParseStatus.Incomplete"/> otherwise, unless the bytes are refused.
    /// </returns>
    public ParseStatus Next(ReadOnlySpan<byte> bytes, out int framing, out int data)
    {
        framing = 0;
        data = 0;
        if (Error != HttpError.None)
        {
            return ParseStatus.Invalid;
        }

        while (_state != State.Ended)
        {
            if (_state == State.Data)
            {
                data = (int)Math.Min(_left, bytes.Length - framing);
                _left -= data;
                if (_left == 0)
                {
                    _state = State.DataCr;
                }

                return ParseStatus.Incomplete;
            }

            if (framing == bytes.Length)
            {
                return ParseStatus.Incomplete;
            }

            Error = Step(bytes[framing]);
            if (Error != HttpError.None)
            {
                return ParseStatus.Invalid;
            }

            framing++;
        }

        return ParseStatus.Complete;
    }

    private HttpError Step(byte next)
    {
        switch (_state)
        {
            case State.FirstDigit:
                _left = 0;
                _count = 0;
                return StepSize(next);
            case State.Size:
                return StepSize(next);
            case State.Extension:
                return StepExtension(next);
            case State.SizeLf:
                return StepSizeLf(next);
            case State.DataCr:
                return Expect(next, Cr, State.DataLf, HttpError.ChunkEnd);
            case State.DataLf:
                return Expect(next, Lf, State.FirstDigit, HttpError.ChunkEnd);
            case State.TrailerStart when next == Cr:
                _state = State.EndLf;
                return HttpError.None;
            case State.TrailerLf:
                Keep(next);
                return Expect(next, Lf, State.TrailerStart, HttpError.Trailer);
            case State.EndLf:
                return Expect(next, Lf, State.Ended, HttpError.Trailer);
            default:
                return StepTrailer(next);
        }
    }

    private HttpError StepSize(byte next)
    {
        var digit = Characters.HexValue(next);
        if (digit >= 0)
        {
            _left = (_left << 4) | (uint)digit;
            _state = State.Size;
            return ++_count > MaxSizeDigits ? HttpError.ChunkSize : HttpError.None;
        }

        if (_state == State.FirstDigit)
        {
            return HttpError.ChunkSize;
        }

        _count = 0;
        switch (next)
        {
            case Cr:
                _state = State.SizeLf;
                return HttpError.None;
            case (byte)';':
                _state = State.Extension;
                return HttpError.None;
            default:
                return HttpError.ChunkSize;
        }
    }

    private HttpError StepExtension(byte next)
    {
        if (next == Cr)
        {
            _state = State.SizeLf;
            return HttpError.None;
        }

        _excess++;
        return Characters.NotInValue.Contains(next) || ++_count > MaxExtensionBytes ? HttpError.ChunkExtension : HttpError.None;
    }

    private HttpError StepSizeLf(byte next)
    {
        if (next != Lf)
        {
            return HttpError.ChunkSize;
        }

        _count = 0;
        _state = _left > 0 ? State.Data : State.TrailerStart;
        _excess = (int)Math.Max(_excess - FreeOverhead - Math.Min(_left, MaxExcess), 0);
        return _excess > MaxExcess ? HttpError.ChunkExtension : HttpError.None;
    }

    private HttpError StepTrailer(byte next)
    {
        if (++_count > TrailerStore.MaxBytes || (_state == State.TrailerStart && ++_lines > TrailerStore.MaxLines))
        {
            return HttpError.TrailersTooLarge;
        }

        Keep(next);

        if (_state == State.TrailerValue)
        {
            if (next == Cr)
            {
                _state = State.TrailerLf;
                return HttpError.None;
            }

            return Characters.NotInValue.Contains(next) ? HttpError.Trailer : HttpError.None;
        }

        if (next == ':' && _state == State.TrailerName)
        {
            _state = State.TrailerValue;
            return HttpError.None;
        }

        _state = State.TrailerName;
        return Characters.Token.Contains(next) ? HttpError.None : HttpError.Trailer;
    }

    // The place is this scanner's and not the store's: a copy that went ahead and was given up has spoilt nothing.
    private void Keep(byte next)
    {
        _trailers?.Put(TrailerLength++, next);
    }

    private HttpError Expect(byte next, byte wanted, State then, HttpError otherwise)
    {
        _state = then;
        return next == wanted ? HttpError.None : otherwise;
    }
}
