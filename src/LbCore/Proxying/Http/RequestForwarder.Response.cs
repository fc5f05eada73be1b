using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Recording;
using LbCore.Upstreams;

namespace LbCore.Proxying.Http;

/// <summary>The part that reads the response and passes it on.</summary>
internal sealed partial class RequestForwarder
{
    /// <summary>How many interim responses may come before the final one.</summary>
    private const int MaxInterims = 1000;

    private int _interims;

    /// <summary>Passes an interim response on. Always true: another response follows, or the end of the connection.</summary>
    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    private async ValueTask<bool> PassInterimAsync()
    {
        var upstream = Upstream;
        _client.WriteInterim(upstream.HeadBytes, upstream.Head);
        if (upstream.Head.Status == 100)
        {
            NoteLeave();
        }

        upstream.ReleaseHead();
        var sent = await Watch(_client.FlushAsync(), ref _responseWait, WaitKind.ClientTakes);
        _responseWait.Kind = WaitKind.None;
        if (sent.IsCompleted)
        {
            Fail(RequestEnd.ClientReset);
        }
        else if (++_interims > MaxInterims)
        {
            // Each of them is a sign of life, and would keep the request waiting for ever.
            _error = HttpError.TooManyInterims;
            Fail(RequestEnd.BadResponse);
        }

        return true;
    }

    /// <summary>Passes the final response on, from its head, which has been read, to its end.</summary>
    [AsyncMethodBuilder(typeof(LoopTaskBuilder))]
    private async ValueTask RespondAsync()
    {
        var upstream = Upstream;
        if (_ended)
        {
            return;
        }

        if (upstream.Head.Status == 101 && !(_wantsUpgrade && UpgradeRules.IsAsked(WrittenHead, upstream.HeadBytes, upstream.Head)))
        {
            _error = HttpError.SwitchingProtocols;
            Fail(RequestEnd.BadResponse);
            return;
        }

        _status = upstream.Head.Status;
        NoteFirstByte();
        _responseMilliseconds = (int)(Loop.Now - _startedAt);
        _responseStarted = true;
        _client.WriteHead(upstream.HeadBytes, upstream.Head, upstream.ResponseFraming, _route?.ResponseFields, LeavesBody(upstream));
        upstream.ReleaseHead();
        if (_status == 101)
        {
            await BeginTunnelAsync();
            return;
        }

        var held = true;
        while (true)
        {
            if (!upstream.TryReadBody(out var piece))
            {
                if (held)
                {
                    held = false;
                    await Watch(_client.FlushAsync(), ref _responseWait, WaitKind.ClientTakes);
                }

                Wait(ref _responseWait, WaitKind.ResponseBody);
                piece = await upstream.ReadBodyAsync();
            }

            if (!piece.IsGood)
            {
                Fail(piece.Status == BodyStatus.Invalid ? RequestEnd.BadResponse : RequestEnd.ResponseTruncated);
                return;
            }

            if (piece.IsEnd)
            {
                _client.EndWith(upstream.TakeTrailers(_route?.ResponseFields?.Dropped));
            }

            var sending = _client.SendBodyAsync(piece.Data, piece.IsEnd, piece.MoreBuffered);
            var sent = await Watch(sending, ref _responseWait, WaitKind.ClientTakes);
            _responseWait.Kind = WaitKind.None;
            _bytesDown += piece.Data.Length;
            Pay(ref _responseWait, piece.Data.Length);
            upstream.AdvanceBody();
            if (sent.IsCompleted)
            {
                Fail(RequestEnd.ClientReset);
            }

            if (_ended)
            {
                return;
            }

            if (piece.IsEnd)
            {
                _responseDone = true;
                return;
            }

            held = piece.MoreBuffered;
        }
    }

    // How long an upload takes says more of the client than of the backend.
    private void NoteFirstByte()
    {
        if (!_uploading)
        {
            _attempts.NoteFirstByte(_status is >= 500 and not (501 or 505));
        }
    }

    /// <summary>Returns whether an early answer ends the upload, or it has ended itself before the body's end.</summary>
    private bool LeavesBody(UpstreamExchange upstream) =>
        !_requestSent && (!_uploading || _uploadEnded || !upstream.IsPersistent || _client.MayLackBody);

    [AsyncMethodBuilder(typeof(LoopTaskBuilder))]
    private async ValueTask BeginTunnelAsync()
    {
        var sent = await Watch(_client.FlushAsync(), ref _responseWait, WaitKind.ClientTakes);
        _responseWait.Kind = WaitKind.None;
        if (sent.IsCompleted || _ended)
        {
            Fail(RequestEnd.ClientReset);
            return;
        }

        _responseDone = true;
        Tunnel = Upstream.Detach();
        _upstream = null;
    }
}
