using System.Collections.Generic;
using System.Globalization;
using LbCore.Http;

namespace LbCore.Fuzz.Http;

/// <summary>Reads what answers some requests on a connection to a backend, by the rules of one.</summary>
internal sealed class FastResponses(string methods) : FastReading
{
    private readonly ResponseHead _head = new();
    private BodyFraming _framing;
    private int _answered;

    /// <summary>Returns each whole response with where it ends, and last how the reading ended.</summary>
    /// <param name="methods">A letter a request: H for HEAD, any other for GET.</param>
    /// <param name="bytes">All that the backend sends before it ends its stream.</param>
    /// <param name="ends">Where the pieces end that they come in.</param>
    public static List<string> Read(string methods, byte[] bytes, int[] ends) => new FastResponses(methods).ReadAll(bytes, ends);

    protected override bool ReadHead()
    {
        if (_answered == methods.Length)
        {
            return false;
        }

        var status = ResponseParser.Parse(Left, _head, HeadLimits.Default);
        if (status == ParseStatus.Invalid)
        {
            var error = _head.Error;
            Claim.That(ResponseParser.Parse("HTTP/1.1 204 \r\n\r\n"u8, _head, HeadLimits.Default) == status && _head.Error == error, "what was refused goes on");
            Ended = "refused: " + error;
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
        BeginBody(_framing);
        return true;
    }

    protected override void EndMessage()
    {
        Add(_framing.Kind, Body.Data);
        Ended = _head.Status == 101 ? "a tunnel" : _head.IsPersistent ? null : "closed";
        _answered++;
        _head.Reset();
    }

    protected override void Close()
    {
        if (IsInBody && _framing.Kind == BodyKind.UntilClose)
        {
            Add(_framing.Kind, Body.Data);
            Ended = "closed";
        }
        else if (_answered == methods.Length)
        {
            Ended ??= "all are answered";
        }

        Messages.Add(Ended ?? string.Create(CultureInfo.InvariantCulture, $"in a {(IsInBody ? "body: " + Body.Data : "head")} at {Position}"));
    }

    private void Add(BodyKind kind, string body) => Messages.Add(string.Create(
        CultureInfo.InvariantCulture, $"{_head.Status} {kind} {_head.FieldCount} until {Position}: {body}"));
}
