using System;
using System.Runtime.CompilerServices;

namespace LbCore.Transport;

/// <summary>Is the awaitable of <see cref="EventLoop.SwitchTo"/>: it continues on the loop.</summary>
public readonly struct LoopSwitch : ICriticalNotifyCompletion, IEquatable<LoopSwitch>
{
    private static readonly Action<object?> RunContinuation = static state => ((Action)state!)();

    private readonly EventLoop _loop;

    internal LoopSwitch(EventLoop loop) => _loop = loop;

    /// <summary>Gets whether the caller is on the loop already.</summary>
    public bool IsCompleted => _loop.InLoop;

    /// <summary>Compares two values.</summary>
    public static bool operator ==(LoopSwitch left, LoopSwitch right) => left.Equals(right);

    /// <summary>Compares two values.</summary>
    public static bool operator !=(LoopSwitch left, LoopSwitch right) => !left.Equals(right);

    /// <summary>Returns the awaiter, which is the value itself.</summary>
    public LoopSwitch GetAwaiter() => this;

    /// <summary>Ends the await.</summary>
    /// <exception cref="ObjectDisposedException">The loop has ended, so the caller is not on it.</exception>
    public void GetResult() => ObjectDisposedException.ThrowIf(!_loop.InLoop, _loop);

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation)
    {
        if (!_loop.Post(RunContinuation, continuation))
        {
            // The loop has ended: the caller must still go on, to see the exception of GetResult and to clean up.
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(static state => state(), continuation, preferLocal: false);
        }
    }

    /// <inheritdoc/>
    public bool Equals(LoopSwitch other) => ReferenceEquals(_loop, other._loop);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LoopSwitch other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _loop?.GetHashCode() ?? 0;
}
