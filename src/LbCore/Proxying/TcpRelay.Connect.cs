using System;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;
using LbCore.Upstreams;

namespace LbCore.Proxying;

/// <summary>The part that finds an upstream connection: reserve, connect, and again on the next backend.</summary>
internal sealed partial class TcpRelay
{
    private UpstreamDial? _dial;
    private AttemptOutcome _attempt;
    private AttemptOutcome[]? _earlierAttempts;
    private int _connectMilliseconds;
    private bool _holdsReservation;
    private bool _backendFull;

    /// <summary>
    /// Leaves an upstream connection in place, or the client reset and the reason noted. The client is not read here: its
    /// first bytes stay in its reader for whichever backend answers.
    /// </summary>
    private async Task ConnectAsync()
    {
        try
        {
            _client.OnPeerChanged(PeerChanged, this);
            BackendSelector? selector = null;
            var excluded = default(ExclusionSet);
            var attempts = 0;
            while (_proxy.FindCluster() is { } cluster && attempts < cluster.MaxAttempts)
            {
                // 1. Reserve. The selector may have been replaced since the last attempt, and its indexes with it.
                if (!ReferenceEquals(selector, cluster.Selector))
                {
                    selector = cluster.Selector;
                    excluded = ExcludeTried(selector.Set);
                }

                var index = Reserve(selector, ref excluded);
                if (index < 0)
                {
                    break;
                }

                // 2. Connect.
                excluded.Add(index);
                attempts++;
                BeginAttempt(selector.Set[index]);
                var startedAt = _client.Loop.Now;
                _dial = UpstreamDial.Start(_client.Loop, _attempt.Backend, cluster.Dial);
                var result = await _dial.Result;
                _dial = null;

                // 3. Keep the connection, or release and go back to 1.
                EndAttempt(result, (int)(_client.Loop.Now - startedAt));
                if (_upstream is not null)
                {
                    return;
                }

                if (!IsWorthAnother(result.Status))
                {
                    break;
                }
            }
        }
        catch (Exception e)
        {
            _dial = null;
            OnFault(e);
            return;
        }

        if (_failedBy == FailureSource.None)
        {
            // No backend to try: the cluster is empty, or all that are left are full.
            _failedBy = FailureSource.Proxy;
        }

        // A reset, not FIN: the client must not take an empty answer for a whole one.
        _client.Abort(_client.Peer == PeerState.Reset ? CloseReason.PeerReset : CloseReason.Aborted);
    }

    private int Reserve(BackendSelector selector, ref ExclusionSet excluded)
    {
        var context = new SelectionContext(_client, in excluded);
        var index = BackendReservation.TryReserve(selector, in context, ref excluded, out var full);
        _backendFull |= full;
        return index;
    }

    private ExclusionSet ExcludeTried(BackendSet set)
    {
        var excluded = default(ExclusionSet);
        var tried = new AttemptList(_earlierAttempts, _attempt);
        for (var i = 0; i < tried.Count; i++)
        {
            for (var index = 0; index < set.Count; index++)
            {
                if (ReferenceEquals(set[index].State, tried[i].Backend.State))
                {
                    excluded.Add(index);
                }
            }
        }

        return excluded;
    }

    private void BeginAttempt(Backend backend)
    {
        if (_attempt.Backend is not null)
        {
            _earlierAttempts = _earlierAttempts is null ? [_attempt] : [.. _earlierAttempts, _attempt];
        }

        _stage = Stage.Connect;
        _failedBy = FailureSource.None;
        _holdsReservation = true;
        _attempt = new AttemptOutcome { Backend = backend, Stage = Stage.Connect };
    }

    private void EndAttempt(in DialResult result, int milliseconds)
    {
        _connectMilliseconds = (int)(_client.Loop.Now - _startedAt);
        if (result.Connection is { } connection)
        {
            _upstream = connection;
            _attempt = _attempt with { Stage = Stage.Forward, ConnectMilliseconds = milliseconds };
            return;
        }

        _failedBy = WhoFailed(result.Status);
        _attempt = _attempt with
        {
            FailedBy = _failedBy,
            Dial = result.Status,
            ConnectMilliseconds = milliseconds,
            RetrySafety = RetrySafety.Always,
        };
        ReleaseReservation();
    }

    private void ReleaseReservation()
    {
        if (_holdsReservation)
        {
            _holdsReservation = false;
            _attempt.Backend.State.Release(_failedBy == FailureSource.Backend);
        }
    }

    // Out of descriptors or memory, or the loop is ending: no other backend can help. No local port is another matter:
    // ports are counted for each destination.
    private bool IsWorthAnother(DialStatus status) =>
        !IsLost(_client) && status is not (DialStatus.OutOfResources or DialStatus.Canceled);

    private FailureSource WhoFailed(DialStatus status) => status switch
    {
        // Whatever the dial says: the client left before it mattered, or the balancer cut it off.
        _ when _client.Peer == PeerState.Reset => FailureSource.Client,
        DialStatus.NoLocalPort or DialStatus.OutOfResources or DialStatus.Canceled => FailureSource.Proxy,
        _ => FailureSource.Backend,
    };

    private AttemptOutcome FinalAttempt() => _stage != Stage.Forward ? _attempt : _attempt with
    {
        FailedBy = _failedBy,
        RetrySafety = _bytesUp == 0 && _bytesDown == 0 ? RetrySafety.Always : RetrySafety.Never,
    };
}
