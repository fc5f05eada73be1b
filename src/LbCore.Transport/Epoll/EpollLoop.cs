using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using LbCore.Transport.Diagnostics;

namespace LbCore.Transport.Epoll;

/// <summary>Runs an edge-triggered epoll instance. Each descriptor is registered once, for everything.</summary>
internal sealed unsafe class EpollLoop : EventLoop
{
    private readonly int _epoll;
    private readonly int _wakeDescriptor;
    private readonly EventBuffer _events = new();
    private readonly HashSet<EpollDial> _retryingDials = [];
    private Registration[] _table = new Registration[1024];
    private int* _errno;
    private uint _generation;
    private EpollDial? _freeDials;

    public EpollLoop(LoopEngine engine, int index, TransportOptions options)
        : base(engine, index, options)
    {
        _epoll = Libc.EpollCreate(Libc.EPOLL_CLOEXEC);
        _wakeDescriptor = Libc.EventDescriptor(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
        if (_epoll < 0 || _wakeDescriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "The loop's epoll instance could not be made.");
        }

        DescriptorWatch.Opened(engine, _epoll);
        DescriptorWatch.Opened(engine, _wakeDescriptor);
    }

    /// <summary>Gets the error of the last call on this thread.</summary>
    public int Error => *_errno;

    public override ValueTask<DialResult> DialAsync(EndPoint endPoint, DialOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(endPoint);
        AssertInLoop();
        if (IsStopping)
        {
            return new ValueTask<DialResult>(new DialResult(DialStatus.Canceled, SocketError.OperationAborted));
        }

        var dial = _freeDials ?? new EpollDial(this);
        _freeDials = dial.NextFree;
        dial.NextFree = null;
        return dial.StartAsync(endPoint, options);
    }

    public void Recycle(EpollDial dial)
    {
        dial.NextFree = _freeDials;
        _freeDials = dial;
    }

    /// <summary>Keeps sight of a dial that waits without a descriptor, so that the loop's end can cancel it.</summary>
    public void SetRetrying(EpollDial dial, bool retrying) => _ = retrying ? _retryingDials.Add(dial) : _retryingDials.Remove(dial);

    /// <summary>Registers a descriptor for all its events. False when the system refuses for want of memory.</summary>
    public bool Add(int descriptor, IEpollSource source, uint events = Libc.EPOLLIN | Libc.EPOLLOUT | Libc.EPOLLRDHUP | Libc.EPOLLPRI)
    {
        if (descriptor >= _table.Length)
        {
            Array.Resize(ref _table, (int)Math.Max((uint)descriptor + 1, (uint)_table.Length * 2));
        }

        _table[descriptor] = new Registration(source, ++_generation);
        if (EventBuffer.Add(_epoll, descriptor, events | Libc.EPOLLET, ((ulong)_generation << 32) | (uint)descriptor) == 0)
        {
            return true;
        }

        _table[descriptor] = default;
        return false;
    }

    /// <summary>Closes a descriptor, which also takes it out of the epoll set.</summary>
    public void Close(int descriptor)
    {
        if (descriptor < _table.Length)
        {
            _table[descriptor] = default;
        }

        _ = Libc.Close(descriptor);
    }

    internal override void AbortConnections(LoopListener? listener, CloseReason reason)
    {
        for (var i = 0; i < _table.Length; i++)
        {
            if (_table[i].Source is EpollConnection connection && (listener is null || ReferenceEquals(connection.Listener, listener)))
            {
                connection.Abort(reason);
            }
        }
    }

    private protected override void OnStarting()
    {
        _errno = Libc.ErrnoLocation();
        if (EventBuffer.Add(_epoll, _wakeDescriptor, Libc.EPOLLIN | Libc.EPOLLET, (uint)_wakeDescriptor) != 0)
        {
            throw new Win32Exception(Error, "The loop could not be given its wake-up call.");
        }
    }

    private protected override void Poll(int timeout)
    {
        var count = _events.Wait(_epoll, timeout);
        if (count < 0 && Error is Libc.EBADF or Libc.EINVAL)
        {
            // It would fail at once, again and again: better a loop that dies than one that spins and serves nobody.
            throw new Win32Exception(Error, "The loop's epoll instance is broken.");
        }

        RefreshClock();
        for (var i = 0; i < count; i++)
        {
            var data = _events.Data(i);
            var descriptor = (uint)data;

            // The wake descriptor is edge-triggered and never read: each write to it is a new edge.
            var registration = descriptor < (uint)_table.Length ? _table[descriptor] : default;
            if (registration.Source is { } source && registration.Generation == (uint)(data >> 32))
            {
                Dispatch(source, _events.Events(i));
            }
        }
    }

    private protected override void Wake()
    {
        var one = 1UL;
        _ = Libc.Write(_wakeDescriptor, &one, sizeof(ulong));
    }

    private protected override void OnStopping()
    {
        foreach (var dial in new List<EpollDial>(_retryingDials))
        {
            dial.CancelNow();
        }

        for (var i = 0; i < _table.Length; i++)
        {
            switch (_table[i].Source)
            {
                case EpollConnection connection:
                    connection.Abort(CloseReason.Shutdown);
                    break;
                case EpollAcceptor acceptor:
                    acceptor.CloseNow();
                    break;
            }
        }
    }

    private protected override void OnEnded()
    {
        _ = Libc.Close(_epoll);
        _ = Libc.Close(_wakeDescriptor);
        _events.Free();
    }

    private void Dispatch(IEpollSource source, uint events)
    {
        BeginDispatch(source);
        try
        {
            source.OnEvents(events);
        }
        catch (Exception e)
        {
            // Point 12 of the contract: abort that connection, count, go on.
            Engine.OnCallbackFailed(e);
            (source as TransportConnection)?.Abort(CloseReason.HandlerFailed, e);
        }

        EndDispatch();
    }

    /// <summary>Is a descriptor's owner. The number tells a late event of an earlier owner: descriptors are reused.</summary>
    private readonly record struct Registration(IEpollSource? Source, uint Generation);
}
