using System;
using System.Collections.Generic;
using System.Globalization;
using LbCore.Http;

namespace LbCore.Fuzz.Http;

/// <summary>Reads what answers some requests on a connection to a backend, by the rules of one: what is done with is let go of.</summary>
internal sealed class FastResponses(string methods)
{
    private readonly List<string> _responses = [];
    private readonly ResponseHead _head = new();
    private readonly FastBody _body = new();
    private byte[] _left = [];
    private BodyFraming _framing;
    private int _answered;
    private int _position;
    private string? _ended;
    private bool _isInBody;

    /// <summary>Returns each whole response with where it ends, and last how the reading ended.</summary>
    /// <param name="methods">A letter a request: H for HEAD, any other for GET.</param>
    /// <param name="bytes">All that the backend sends before it ends its stream.</param>
    /// <param name="ends">Where the pieces end that they come in.</param>
    public static List<string> Read(string methods, byte[] bytes, int[] ends)
    {
        var reading = new FastResponses(methods);
        var start = 0;
        foreach (var end in ends)
        {
            reading.Feed(bytes.AsSpan(start..end));
            start = end;
        }

        reading.Close();
        return reading._responses;
    }

    private void Feed(ReadOnlySpan<byte> piece)
    {
        // Another array each time: nothing may be kept of where the bytes lay before.
        _left = [.. _left, .. piece];
        while (_ended is null && (_isInBody ? ReadBody() : ReadHead()))
        {
        }
    }

    private void Close()
    {
        if (_isInBody && _framing.Kind == BodyKind.UntilClose)
        {
            Add(_framing.Kind, _body.Data);
            _ended = "closed";
        }

        else if (_answered == methods.Length)
        {
            _ended ??= "all are answered";
        }

        _responses.Add(_ended ?? string.Create(CultureInfo.InvariantCulture, $"in a {(_isInBody ? "body: " + _body.Data : "head")} at {_position}"));
    }

    private bool ReadHead()
    {
        if (_answered == methods.Length)
        {
            return false;
        }

        var status = ResponseParser.Parse(_left, _head, HeadLimits.Default);
        if (status == ParseStatus.Invalid)
        {
            var error = _head.Error;
            Claim.That(ResponseParser.Parse("HTTP/1.1 204 \r\n\r\n"u8, _head, HeadLimits.Default) == status && _head.Error == error, "what was refused goes on");
            _ended = "refused: " + error;
        }

        if (status != ParseStatus.Complete)
        {
            return false;
        }

        Take(_head.Length);
        if (_head.IsInterim)
        {
            Add(BodyKind.None, "");
            _head.Reset();
            return true;
        }

        // What answers HEAD has no body, whatever it says.
        _framing = methods[_answered] == 'H' ? BodyFraming.None : _head.Framing;
        _body.Begin(_framing);
        _isInBody = true;
        return true;
    }

    private bool ReadBody()
    {
        if (_body.IsEnded)
        {
            Add(_framing.Kind, _body.Data);
            _ended = _head.Status == 101 ? "a tunnel" : _head.IsPersistent ? null : "closed";
            _isInBody = false;
            _answered++;
            _head.Reset();
            return true;
        }

        if (_left.Length == 0)
        {
            return false;
        }

        if (_body.Read(_left) is not { } read)
        {
            _ended = "refused: " + _body.Error;
            return false;
        }

        Take(read);
        return true;
    }

    private void Take(int length)
    {
        _left = _left[length..];
        _position += length;
    }

    private void Add(BodyKind kind, string body) => _responses.Add(string.Create(
        CultureInfo.InvariantCulture, $"{_head.Status} {kind} {_head.FieldCount} until {_position}: {body}"));
}
