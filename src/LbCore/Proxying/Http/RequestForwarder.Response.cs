using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using LbCore.Messages;
using LbCore.Recording;

namespace LbCore.Proxying.Http;

/// <summary>The part that reads the response and passes it on.</summary>
internal sealed partial class RequestForwarder
{
    /// <summary>Passes an interim response on. Always true: another response follows, or the end of the connection.</summary>
    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    private async ValueTask<bool> PassInterimAsync()
    {
        var upstream = Upstream;
        _client.WriteInterim(upstream.HeadBytes, upstream.Head);
        upstream.ReleaseHead();
        var sending = _client.FlushAsync();
        if (!sending.IsCompletedSuccessfully)
        {
            Wait(ref _responseWait, WaitKind.ClientTakes);
        }

        if ((await sending).IsCompleted)
        {
            Fail(RequestEnd.ClientReset);
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

        if (upstream.Head.Status == 101 && !_wantsUpgrade)
        {
            Fail(RequestEnd.BadResponse);
            return;
        }

        _status = upstream.Head.Status;
        _responseMilliseconds = (int)(Loop.Now - _startedAt);
        _responseStarted = true;
        _client.WriteHead(upstream.HeadBytes, upstream.Head, upstream.ResponseFraming);
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
                    var flushing = _client.FlushAsync();
                    if (!flushing.IsCompletedSuccessfully)
                    {
                        Wait(ref _responseWait, WaitKind.ClientTakes);
                    }

                    await flushing;
                }

                Wait(ref _responseWait, WaitKind.ResponseBody);
                piece = await upstream.ReadBodyAsync();
            }

            if (!piece.IsGood)
            {
                Fail(piece.Status == BodyStatus.Invalid ? RequestEnd.BadResponse : RequestEnd.ResponseTruncated);
                return;
            }

            var sending = _client.SendBodyAsync(piece.Data, piece.IsEnd, piece.MoreBuffered);
            if (!sending.IsCompletedSuccessfully)
            {
                Wait(ref _responseWait, WaitKind.ClientTakes);
            }

            var sent = await sending;
            _responseWait.Kind = WaitKind.None;
            _bytesDown += piece.Data.Length;
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

    private async ValueTask BeginTunnelAsync()
    {
        if ((await _client.FlushAsync()).IsCompleted)
        {
            Fail(RequestEnd.ClientReset);
            return;
        }

        _responseDone = true;
        Tunnel = Upstream.Detach();
        _upstream = null;
    }
}
