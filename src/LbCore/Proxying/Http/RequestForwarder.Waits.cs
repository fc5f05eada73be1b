using System;
using System.IO.Pipelines;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>The part that ends a request when somebody keeps it waiting. One timer for both directions, set only while they wait.</summary>
internal sealed partial class RequestForwarder
{
    // How often in its time a side that takes nothing is looked at: it is given up this part of it late, at most.
    private const int LooksPerLimit = 8;

    private Waiting _requestWait;
    private Waiting _responseWait;

    /// <summary>Watches a send to the client that the caller waits for, after the request's end and until its return.</summary>
    public ValueTask<FlushResult> WatchAnswer(ValueTask<FlushResult> sending) =>
        Watch(sending, ref _responseWait, WaitKind.ClientTakes);

    /// <inheritdoc/>
    protected override void OnDue()
    {
        if (!_inUse)
        {
            return;
        }

        Look(ref _requestWait);
        Look(ref _responseWait);
    }

    private ValueTask<FlushResult> Watch(ValueTask<FlushResult> sending, ref Waiting wait, WaitKind kind)
    {
        if (!sending.IsCompletedSuccessfully)
        {
            Wait(ref wait, kind);
        }

        return sending;
    }

    private void Wait(ref Waiting wait, WaitKind kind)
    {
        wait.Kind = kind;
        wait.Since = Loop.Now;
        wait.Undelivered = -1;
        WakeBy(Loop, wait.Since + StepOf(kind));
    }

    private static bool IsSending(WaitKind kind) => kind is WaitKind.BackendTakes or WaitKind.ClientTakes;

    private long StepOf(WaitKind kind) => IsSending(kind) ? LimitOf(kind) / LooksPerLimit : LimitOf(kind);

    /// <summary>A request that still goes out is no reason to miss its response.</summary>
    private void NoteUploadProgress()
    {
        if (_responseWait.Kind == WaitKind.ResponseHead)
        {
            _responseWait.Since = Loop.Now;
        }
    }

    private long LimitOf(WaitKind kind) => kind switch
    {
        WaitKind.RequestBody or WaitKind.ClientTakes => _listener.BodyMilliseconds,
        WaitKind.ResponseBody => _cluster!.ResponseBodyMilliseconds,
        _ => _cluster!.ResponseMilliseconds,
    };

    private void Look(ref Waiting wait)
    {
        if (wait.Kind == WaitKind.None || (_ended && wait.Kind != WaitKind.ClientTakes))
        {
            return;
        }

        var now = Loop.Now;
        var left = wait.Since + LimitOf(wait.Kind) - now;
        if ((IsSending(wait.Kind) || left <= 0) && HasMoved(ref wait))
        {
            wait.Since = now;
            left = LimitOf(wait.Kind);
        }

        if (left > 0)
        {
            WakeBy(Loop, now + Math.Min(left, StepOf(wait.Kind)));
            return;
        }

        if (_ended)
        {
            // What waits is our own answer.
            wait.Kind = WaitKind.None;
            _client.Cut(CloseReason.OtherSideAborted, isBlocked: true);
            return;
        }

        Fail(EndOf(wait.Kind));
    }

    /// <summary>Returns whether something else than the wait's own end shows that it goes on.</summary>
    private bool HasMoved(ref Waiting wait)
    {
        if (wait.Kind == WaitKind.ResponseHead)
        {
            // The clock starts when the request is out; until then the other direction's waits are what counts.
            return _uploading && !_uploadEnded;
        }

        if (!IsSending(wait.Kind))
        {
            return false;
        }

        // The kernel says when there is room for more, which may be long after a slow reader took some.
        var before = wait.Undelivered;
        wait.Undelivered = wait.Kind == WaitKind.ClientTakes ? _client.UndeliveredBytes : Upstream.UndeliveredBytes;
        return before != wait.Undelivered;
    }

    private static RequestEnd EndOf(WaitKind kind) => kind switch
    {
        WaitKind.RequestBody => RequestEnd.BodyTimeout,
        WaitKind.ClientTakes => RequestEnd.ClientStalled,
        WaitKind.BackendTakes => RequestEnd.RequestStalled,
        WaitKind.ResponseBody => RequestEnd.ResponseStalled,
        _ => RequestEnd.ResponseTimeout,
    };

    /// <summary>Whom one direction waits for, since when, and how many bytes were on their way when the timer last looked.</summary>
    private struct Waiting
    {
        public WaitKind Kind;
        public long Since;
        public long Undelivered;
    }
}
