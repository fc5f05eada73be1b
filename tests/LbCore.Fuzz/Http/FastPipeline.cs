using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LbCore.Http;

namespace LbCore.Fuzz.Http;

/// <summary>Reads requests as a connection does: what is done with is let go of, and what is left moves with what comes.</summary>
internal sealed class FastPipeline
{
    private readonly List<string> _requests = [];
    private readonly RequestHead _head = new();
    private readonly FastBody _body = new();
    private byte[] _left = [];
    private string _start = string.Empty;
    private string? _ended;
    private bool _isInBody;

    /// <summary>Returns each whole request, and last how the reading ended.</summary>
    public static List<string> Read(byte[] bytes, int[] ends)
    {
        var pipeline = new FastPipeline();
        var start = 0;
        foreach (var end in ends)
        {
            pipeline.Feed(bytes.AsSpan(start..end));
            start = end;
        }

        pipeline._requests.Add(pipeline._ended ?? (pipeline._isInBody ? $"in the body of {pipeline._start}: {pipeline._body.Data}" : "in a head"));
        return pipeline._requests;
    }

    private void Feed(ReadOnlySpan<byte> piece)
    {
        // Another array each time: nothing may be kept of where the bytes lay before.
        _left = [.. _left, .. piece];
        while (_ended is null && (_isInBody ? ReadBody() : ReadHead()))
        {
        }
    }

    private bool ReadHead()
    {
        var status = RequestParser.Parse(_left, _head, HeadLimits.Default);
        if (status != ParseStatus.Complete)
        {
            _ended = status == ParseStatus.Invalid ? "refused: " + _head.Error : null;
            return false;
        }

        _start = string.Create(
            CultureInfo.InvariantCulture,
            $"{Encoding.Latin1.GetString(_head.MethodOf(_left))} {Encoding.Latin1.GetString(_head.TargetOf(_left))} {_head.Framing.Kind} {_head.FieldCount}");
        _body.Begin(_head.Framing);
        _isInBody = true;
        _left = _left[_head.Length..];
        return true;
    }

    private bool ReadBody()
    {
        if (_body.IsEnded)
        {
            _requests.Add($"{_start}: {_body.Data}");
            _ended = _head.IsPersistent ? null : "closed";
            _isInBody = false;
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

        _left = _left[read..];
        return true;
    }
}
