using System;
using System.Runtime.CompilerServices;

namespace LbCore.Transport;

/// <summary>
/// Is <see cref="EventLoop.SwitchTo"/> for code that has to go on even when the loop has ended, to release who waits.
/// </summary>
/// <remarks>
/// An awaitable and not an async method, because awaiting a task that the loop has just completed goes on where the
/// caller is, which is not the loop.
/// </remarks>
internal readonly struct StreamConnectionReturn(EventLoop loop) : ICriticalNotifyCompletion
{
    public bool IsCompleted => loop.InLoop || loop.HasEnded;

    public StreamConnectionReturn GetAwaiter() => this;

    public void GetResult()
    {
        // With the loop gone nobody else runs on it, so going on elsewhere is safe.
    }

    public void OnCompleted(Action continuation) => loop.SwitchTo().OnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => loop.SwitchTo().UnsafeOnCompleted(continuation);
}
