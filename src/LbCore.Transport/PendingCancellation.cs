using System.Threading;

namespace LbCore.Transport;

/// <summary>Ties a cancellation token to one pending call. Made only when a call with a live token has to wait.</summary>
internal sealed class PendingCancellation
{
    private readonly EventLoop _loop;
    private readonly ICancellationTarget _target;
    private CancellationTokenRegistration _registration;

    public PendingCancellation(EventLoop loop, ICancellationTarget target, CancellationToken token)
    {
        _loop = loop;
        _target = target;
        Token = token;
    }

    public CancellationToken Token { get; }

    public bool Fired { get; private set; }

    /// <summary>Begins to listen; after the slot watches this, since a token may fire at once.</summary>
    public void Register() => _registration = Token.UnsafeRegister(static state => ((PendingCancellation)state!).OnTokenFired(), this);

    // Dispose would wait for a callback that runs on another thread, and nothing blocks a loop.
    public void Unregister() => _registration.Unregister();

    private void OnTokenFired() => _loop.Post(static state => ((PendingCancellation)state!).Fire(), this);

    private void Fire()
    {
        if (_target.IsWaitingFor(this))
        {
            Fired = true;
            _target.CompleteCanceled();
        }
    }

    /// <summary>Is the direction of a connection whose call can be cancelled.</summary>
    internal interface ICancellationTarget
    {
        bool IsWaitingFor(PendingCancellation cancellation);

        void CompleteCanceled();
    }
}
