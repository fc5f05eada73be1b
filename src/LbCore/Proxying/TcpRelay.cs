using System;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.Transport;
using LbCore.Upstreams;

namespace LbCore.Proxying;

/// <summary>
/// One connection in mode tcp, from the accept to the outcome: finds an upstream connection (reserve, connect, and again on
/// the next backend), and relays.
/// </summary>
internal sealed class TcpRelay : Relay
{
    private readonly TcpProxy _proxy;
    private readonly long _startedAt;
    private UpstreamDial? _dial;
    private BackendAttempts _attempts;
    private int _connectMilliseconds = -1;
    private Stage _stage = Stage.Reserve;

    public TcpRelay(TcpProxy proxy, TransportConnection client)
        : base(client)
    {
        _proxy = proxy;
        _startedAt = client.Loop.Now;
    }

    /// <inheritdoc/>
    protected override long IdleMilliseconds => _proxy.IdleMilliseconds;

    /// <inheritdoc/>
    protected override long HalfClosedMilliseconds => _proxy.HalfClosedMilliseconds;

    /// <summary>
    /// Leaves an upstream connection in place, or the client reset and the reason noted. The client is not read here: its
    /// first bytes stay in its reader for whichever backend answers.
    /// </summary>
    protected override async Task ConnectAsync()
    {
        try
        {
            WatchPeer(Client);
            while (_proxy.FindCluster() is { } cluster && _attempts.TryBegin(cluster, ClientKey.Of(Client, cluster.Key)))
            {
                _stage = Stage.Connect;
                FailedBy = FailureSource.None;
                var startedAt = Client.Loop.Now;
                _dial = UpstreamDial.Start(Client.Loop, _attempts.Backend, cluster.Dial);
                var result = await _dial.Result;
                _dial = null;

                // Keep the connection, or release and go on with the next backend.
                EndAttempt(result, (int)(Client.Loop.Now - startedAt));
                if (UpstreamOrNone is not null)
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

        if (FailedBy == FailureSource.None)
        {
            // No backend to try: the cluster is empty, or all that are left are full.
            FailedBy = FailureSource.Proxy;
        }

        // A reset, not FIN: the client must not take an empty answer for a whole one.
        Client.Abort(Client.Peer == PeerState.Reset ? CloseReason.PeerReset : CloseReason.Aborted);
    }

    private void EndAttempt(in DialResult result, int milliseconds)
    {
        if (result.Connection is { } connection)
        {
            _connectMilliseconds = (int)(Client.Loop.Now - _startedAt);
            _stage = Stage.Forward;
            _attempts.NoteFirstByte(isError: false);
            UpstreamOrNone = connection;
            _attempts.Current = _attempts.Current with { Stage = Stage.Forward, ConnectMilliseconds = milliseconds };
            return;
        }

        FailedBy = WhoFailed(result.Status);
        _attempts.Current = _attempts.Current with
        {
            FailedBy = FailedBy,
            Dial = result.Status,
            ConnectMilliseconds = milliseconds,
            RetrySafety = RetrySafety.Always,
        };
        ReleaseReservation();
    }

    private void ReleaseReservation() => _attempts.Release(FailedBy == FailureSource.Backend);

    private bool IsWorthAnother(DialStatus status) =>
        !IsLost(Client) && BackendAttempts.MayAnotherHelp(status);

    private FailureSource WhoFailed(DialStatus status) => status switch
    {
        // Whatever the dial says: the client left before it mattered, or the balancer cut it off.
        _ when Client.Peer == PeerState.Reset => FailureSource.Client,
        DialStatus.NoLocalPort or DialStatus.OutOfResources or DialStatus.Canceled => FailureSource.Proxy,
        _ => FailureSource.Backend,
    };

    private AttemptOutcome FinalAttempt() => _stage != Stage.Forward ? _attempts.Current : _attempts.Current with
    {
        FailedBy = FailedBy,
        RetrySafety = BytesUp == 0 && BytesDown == 0 ? RetrySafety.Always : RetrySafety.Never,
    };

    /// <inheritdoc/>
    protected override void OnPeerChanged()
    {
        if (_dial is not { } dial)
        {
            base.OnPeerChanged();
        }
        else if (IsLost(Client) && !Client.HasUnreadBytes())
        {
            // FIN alone is no reason to give up: the client may have said all it has to say and wait for the answer. Nor is
            // a reset while there are bytes that came before it: they are the backend's.
            // First hand the reservation over: giving up continues the root before it returns.
            _attempts.HandOver();
            dial.GiveUp();
        }
    }

    /// <inheritdoc/>
    protected override void OnEnded()
    {
        ReleaseReservation();
        _proxy.Admission.Leave(Client);
        _proxy.Recorder.Record(BuildOutcome());
    }

    private ConnectionOutcome BuildOutcome() => new()
    {
        Listener = _proxy.Listener,
        Cluster = _proxy.ClusterName,
        Client = Client,
        FailedBy = FailedBy,
        Stage = _stage,
        RetrySafety = BytesUp == 0 && BytesDown == 0 ? RetrySafety.Always : RetrySafety.Never,
        BackendFull = _attempts.BackendFull,
        ClientClose = Client.CloseReason,

        // Disposed of at the end of a good run, which is no cause of anything.
        BackendClose = UpstreamOrNone is { CloseReason: not CloseReason.Disposed } upstream ? upstream.CloseReason : CloseReason.None,
        BytesUp = BytesUp,
        BytesDown = BytesDown,
        ConnectMilliseconds = _connectMilliseconds,
        TotalMilliseconds = Client.Loop.Now - _startedAt,
        Attempts = _attempts.ToList(FinalAttempt()),
    };
}
