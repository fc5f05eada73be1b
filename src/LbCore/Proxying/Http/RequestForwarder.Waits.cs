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

    // Until then it is the backend who is waited for, though the client may send without it.
    private bool _awaitsLeave;
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
        wait.Since = wait.LookedAt = Loop.Now;
        wait.Undelivered = -1;
        WakeBy(Loop, wait.Since + (IsSending(kind) ? LimitOf(kind) / LooksPerLimit : LimitOf(kind) - DebtOf(in wait)));
    }

    /// <summary>Ends a wait for the client's next piece. What it took is held against the client, until its bytes have paid for it.</summary>
    private void EndBodyWait()
    {
        if (_listener.MinBytesPerSecond > 0 && !_awaitsLeave)
        {
            _requestWait.Debt += Loop.Now - _requestWait.Since;
        }

        _awaitsLeave = false;
        _requestWait.Kind = WaitKind.None;
    }

    /// <summary>The client has been given leave to send its body, and its time begins.</summary>
    private void NoteLeave()
    {
        _awaitsLeave = false;
        if (_requestWait.Kind == WaitKind.RequestBody)
        {
            Wait(ref _requestWait, WaitKind.RequestBody);
        }
    }

    /// <summary>Sets bytes that the client has sent, or taken, against the time that it was waited for.</summary>
    private void Pay(ref Waiting wait, long bytes)
    {
        if (wait.Debt > 0)
        {
            wait.Debt = Math.Max(0, wait.Debt - PriceOf(bytes));
        }
    }

    // In milliseconds. Without a rate any byte pays for everything.
    private long PriceOf(long bytes) => _listener.MinBytesPerSecond > 0 ? bytes * 1000 / _listener.MinBytesPerSecond : long.MaxValue;

    // Only of the client: how fast a backend is, its clusters' times say.
    private static long DebtOf(ref readonly Waiting wait) => wait.Kind is WaitKind.RequestBody or WaitKind.ClientTakes ? wait.Debt : 0;

    private static bool IsSending(WaitKind kind) => kind is WaitKind.BackendTakes or WaitKind.ClientTakes;

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
        WaitKind.RequestBody when _awaitsLeave => _cluster!.ResponseMilliseconds,
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
        var left = wait.Kind == WaitKind.ClientTakes ? LookAtClient(ref wait, now) : TimeLeft(ref wait, now);
        if (left > 0)
        {
            WakeBy(Loop, now + (IsSending(wait.Kind) ? Math.Min(left, LimitOf(wait.Kind) / LooksPerLimit) : left));
            return;
        }

        if (_ended)
        {
            // What waits is our own answer.
            wait.Kind = WaitKind.None;
            _client.Cut(CloseReason.OtherSideAborted, isBlocked: true);
            return;
        }

        Fail(EndOf(in wait, now));
    }

    private long TimeLeft(ref Waiting wait, long now)
    {
        var left = wait.Since + LimitOf(wait.Kind) - DebtOf(in wait) - now;
        if ((IsSending(wait.Kind) || left <= 0) && HasMoved(ref wait))
        {
            wait.Since = now;
            left = LimitOf(wait.Kind);
        }

        return left;
    }

    /// <summary>
    /// Looks what the client has taken since the last time. The kernel says when there is room for more, which may be long
    /// after a slow reader took some.
    /// </summary>
    private long LookAtClient(ref Waiting wait, long now)
    {
        var before = wait.Undelivered;
        wait.Undelivered = _client.UndeliveredBytes;
        wait.Debt += now - wait.LookedAt;
        wait.LookedAt = now;

        // How much it took before the first look nobody knows.
        var taken = before < 0 ? 0 : before - wait.Undelivered;
        if (taken > 0)
        {
            wait.Since = now;
            Pay(ref wait, taken);
        }

        return LimitOf(wait.Kind) - wait.Debt;
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

        var before = wait.Undelivered;
        wait.Undelivered = Upstream.UndeliveredBytes;
        return before != wait.Undelivered;
    }

    private RequestEnd EndOf(ref readonly Waiting wait, long now) => wait.Kind switch
    {
        WaitKind.RequestBody when _awaitsLeave => RequestEnd.ResponseTimeout,
        WaitKind.RequestBody => HasStopped(in wait, now) ? RequestEnd.BodyTimeout : RequestEnd.BodyTooSlow,
        WaitKind.ClientTakes => HasStopped(in wait, now) ? RequestEnd.ClientStalled : RequestEnd.ClientTooSlow,
        WaitKind.BackendTakes => RequestEnd.RequestStalled,
        WaitKind.ResponseBody => RequestEnd.ResponseStalled,
        _ => RequestEnd.ResponseTimeout,
    };

    private bool HasStopped(ref readonly Waiting wait, long now) => now - wait.Since >= LimitOf(wait.Kind);

    /// <summary>Whom one direction waits for, and since when nothing has moved.</summary>
    private struct Waiting
    {
        public WaitKind Kind;
        public long Since;

        /// <summary>When the timer last looked at a side that is sent to, and how many bytes were on their way then; -1 before the first look.</summary>
        public long LookedAt;
        public long Undelivered;

        /// <summary>
        /// For how long the client has been waited for beyond what its bytes pay for at the lowest rate, in milliseconds
        /// and never below 0: it may be waited for so long that it comes to its time limit. So who drips gains nothing over
        /// who stops, and who pauses and is fast otherwise has the whole limit for each pause.
        /// </summary>
        public long Debt;
    }
}
