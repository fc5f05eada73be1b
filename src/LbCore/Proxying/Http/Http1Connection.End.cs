using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Messages;
using LbCore.Recording;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>The part that ends requests and the connection.</summary>
internal sealed partial class Http1Connection
{
    /// <summary>How many bytes of a request that was answered early are read and dropped, so that the answer arrives.</summary>
    private const long MaxLingerBytes = 16 * 1024 * 1024;

    /// <summary>For how long, at most.</summary>
    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Answers if nobody has, records, and says whether another request may follow.</summary>
    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    private async ValueTask<bool> EndRequestAsync()
    {
        var forwarder = _forwarder!;
        var exchange = _exchange!;
        if (forwarder.Tunnel is { } upstream)
        {
            return await RunTunnelAsync(upstream);
        }

        var status = 0;
        var answerBytes = 0;
        if (!forwarder.ResponseStarted)
        {
            var answer = forwarder.Answer;
            status = answer?.Status ?? forwarder.AnswerStatus;
            if (status > 0 && Client.CloseReason == CloseReason.None)
            {
                var close = !exchange.IsRequestRead || forwarder.End == RequestEnd.BodyTooLarge;
                answerBytes = answer is null
                    ? WriteError(forwarder, status, close)
                    : exchange.WriteAnswer(answer, forwarder.Location, close);
                var sent = await forwarder.WatchAnswer(exchange.FlushAsync());
                (status, answerBytes) = sent.IsCompleted ? (0, 0) : (status, answerBytes);
            }
            else
            {
                status = 0;
            }
        }

        var isWhole = forwarder.End == RequestEnd.Completed || status > 0;
        _end = !isWhole ? ConnectionEnd.RequestFailed
            : HasLastRequest && !exchange.IsLastOfClient ? ConnectionEnd.RequestLimit
            : ConnectionEnd.Asked;
        var goesOn = isWhole && exchange.IsRequestRead && !exchange.ClosesAfter;

        // What comes behind the close would turn it into a reset, which may destroy the response on its way. Only a client
        // that has asked for the close itself sends nothing more, unless it has already.
        var isExpected = isWhole && exchange.IsRequestRead && exchange.IsLastOfClient;
        _lingers = !goesOn && Client.CloseReason == CloseReason.None && (!isExpected || Client.HasUnreadBytes());
        EndExchange(status, answerBytes: answerBytes);
        return goesOn;
    }

    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    private async ValueTask<bool> RunTunnelAsync(TransportConnection upstream)
    {
        _end = ConnectionEnd.Tunnelled;
        var tunnel = new Tunnel(Client, upstream, _proxy.Listener);
        await tunnel.RunAsync();
        EndExchange(0, tunnel.BytesUp, tunnel.BytesDown);
        return false;
    }

    /// <summary>Answers an error of a request whose head was whole, under the identifier that it went on with.</summary>
    private int WriteError(RequestForwarder forwarder, int status, bool close)
    {
        Span<byte> own = stackalloc byte[RequestId.Length];
        var head = forwarder.WrittenHead;
        scoped var id = FieldLines.FindOnly(head, "x-request-id"u8);
        if (!Identifiers.IsGood(id))
        {
            // None was written, or a trusted sender's goes on as it is, and may be anything.
            forwarder.AnswerId = _loop.RequestIds.Next();
            id = own[..forwarder.AnswerId.Format(own)];
        }

        return WriteError(status, forwarder.AnswerFormat ?? AcceptRules.Choose(head), id, close);
    }

    private int WriteError(int status, AnswerFormat accepted, scoped ReadOnlySpan<byte> id, bool close) =>
        _exchange!.WriteError(status, _proxy.Listener.ErrorFormat ?? accepted, id, close);

    private void EndExchange(int status, long tunnelUp = 0, long tunnelDown = 0, int answerBytes = 0)
    {
        _forwarder?.Return(status, tunnelUp, tunnelDown, answerBytes);
        _forwarder = null;
        _exchange?.End();
        _exchange = null;
    }

    /// <summary>Answers and records a request that cannot be forwarded. The connection ends.</summary>
    /// <param name="end">Why.</param>
    /// <param name="status">What is answered.</param>
    /// <param name="received">The read that brought it, which is still open.</param>
    private void Refuse(RequestEnd end, int status, in ReadOnlySequence<byte> received)
    {
        _phase = Phase.Busy;
        var exchange = _exchange!;
        var head = exchange.RefusedHead(in received);
        var id = _loop.RequestIds.Next();
        Span<byte> idText = stackalloc byte[RequestId.Length];
        var answerBytes = WriteError(status, AcceptRules.Choose(head.FirstSpan), idText[..id.Format(idText)], close: true);
        var sending = exchange.FlushAsync();
        if (!sending.IsCompletedSuccessfully)
        {
            _ = sending.AsTask();
        }
        else if (sending.GetAwaiter().GetResult().IsCompleted)
        {
            // The client is gone already.
            (status, answerBytes) = (0, 0);
        }

        _end = end == RequestEnd.HeadTimeout ? ConnectionEnd.HeadTimeout : ConnectionEnd.RequestFailed;
        _lingers = true;
        _proxy.Recorder.Record(new RequestOutcome
        {
            Listener = _proxy.Listener.Name,
            Cluster = "",
            Client = Client,
            ClientAddress = ClientAddress,
            ClientPort = ClientPort,
            End = end,
            Error = exchange.HeadError,
            Stage = Stage.Parse,
            Status = status,
            AnswerBytes = answerBytes,
            ConnectMilliseconds = -1,
            ResponseMilliseconds = -1,
            TotalMilliseconds = Client.Loop.Now - _firstByteAt,
            AnswerId = id,
            Head = head,
        });
    }

    private void End()
    {
        Cancel();
        Client.OnPeerChanged(null, null);
        _proxy.Admission?.Leave(Client);
        try
        {
            EndExchange(0);
        }
        finally
        {
            _loop.Remove(this);
        }

        _proxy.Recorder.Record(new HttpConnectionOutcome
        {
            Listener = _proxy.Listener.Name,
            Client = Client,
            End = _end,
            Requests = _requests,
            TotalMilliseconds = Client.Loop.Now - _openedAt,
        });
    }
}
