using LbCore.Recording;

namespace LbCore.Proxying.Http;

/// <summary>The part that ends a request when somebody keeps it waiting. One timer for both directions, set only while they wait.</summary>
internal sealed partial class RequestForwarder
{
    private Waiting _requestWait;
    private Waiting _responseWait;

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

    private void Wait(ref Waiting wait, WaitKind kind)
    {
        wait.Kind = kind;
        wait.Since = Loop.Now;
        wait.Undelivered = -1;
        WakeBy(Loop, wait.Since + LimitOf(kind));
    }

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
        WaitKind.RequestBody or WaitKind.ClientTakes => _proxy.Timeouts.Body,
        WaitKind.ResponseBody => _cluster!.ResponseBodyMilliseconds,
        _ => _cluster!.ResponseMilliseconds,
    };

    private void Look(ref Waiting wait)
    {
        if (wait.Kind == WaitKind.None || _ended)
        {
            return;
        }

        var now = Loop.Now;
        var limit = LimitOf(wait.Kind);
        if (now - wait.Since >= limit && HasMoved(ref wait))
        {
            wait.Since = now;
        }

        if (now - wait.Since < limit)
        {
            WakeBy(Loop, wait.Since + limit);
            return;
        }

        if (wait.Kind == WaitKind.ClientTakes)
        {
            // Nothing but a cut wakes a send that waits for the client.
            _responseStarted = true;
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

        if (wait.Kind is not (WaitKind.BackendTakes or WaitKind.ClientTakes))
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
