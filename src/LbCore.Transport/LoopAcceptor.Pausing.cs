using System;
using System.Net.Sockets;
using LbCore.Transport.Diagnostics;
using LbCore.Transport.Epoll;

namespace LbCore.Transport;

/// <summary>The part that pauses for want of a place or of descriptors, and resumes.</summary>
internal abstract partial class LoopAcceptor
{
    private const long PauseLogInterval = 1000;

    // How long accepting rests when the process is out of descriptors; a connection that ends resumes it sooner.
    private static readonly TimeSpan PauseTime = TimeSpan.FromMilliseconds(100);

    private static readonly Action<object?> RunQueued = static state => ((LoopAcceptor)state!).OnQueued();

    private long _lastPauseLogged = -PauseLogInterval;
    private bool _nearLimit;
    private bool _paused;
    private bool _queued;

    private bool HasRoom()
    {
        _nearLimit = !DescriptorHeadroom.IsFree();
        if (_nearLimit)
        {
            Rest(SocketError.TooManyOpenSockets);
        }

        return !_nearLimit;
    }

    private void Rest(SocketError error)
    {
        // A stop looks again by its own timer, until its deadline.
        if (IsStopping)
        {
            return;
        }

        // Each connection that ends tries again; one line a second says enough.
        if (_loop.Now - _lastPauseLogged >= PauseLogInterval)
        {
            _lastPauseLogged = _loop.Now;
            TransportLog.AcceptPaused(_loop.Engine.LoopLogger, TransportAddress.Format(_listener.EndPoint), error);
        }

        _loop.Engine.OnAcceptPaused();
        SetPaused(true);
        Schedule(_loop, PauseTime);
    }

    private void Pause()
    {
        SetPaused(true);

        // A connection that ended between the look and the pause has not seen that anybody waits.
        if (!_listener.IsFull)
        {
            Queue();
        }
    }

    private void ResumeNow()
    {
        if (_paused && !IsClosed)
        {
            SetPaused(false);
            Cancel();
            AcceptAll();
        }
    }

    private void SetPaused(bool paused)
    {
        if (_paused == paused)
        {
            return;
        }

        _paused = paused;
        if (paused)
        {
            _listener.OnAcceptorPaused();
        }
        else
        {
            _listener.OnAcceptorResumed();
        }
    }

    private void Queue()
    {
        if (!_queued)
        {
            _queued = true;
            _loop.Post(new WorkItem(RunQueued, this));
        }
    }

    private void OnQueued()
    {
        _queued = false;
        if (_paused && !IsScheduled)
        {
            ResumeNow();
        }
        else if (!IsClosed)
        {
            AcceptAll();
        }
    }
}
