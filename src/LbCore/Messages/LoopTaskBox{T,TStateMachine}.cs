using System;
using System.Runtime.CompilerServices;

namespace LbCore.Messages;

/// <summary>Holds the state machine of one async method that waits. Free ones are kept by the thread, newest first.</summary>
internal sealed class LoopTaskBox<T, TStateMachine> : LoopTaskBox<T>
    where TStateMachine : IAsyncStateMachine
{
    private const int MaxFree = 4096;

    [ThreadStatic]
    private static LoopTaskBox<T, TStateMachine>? s_free;

    private LoopTaskBox<T, TStateMachine>? _next;
    private int _freeBefore;

    /// <summary>The state machine. A field, to be run in place.</summary>
    public TStateMachine? StateMachine;

    public static LoopTaskBox<T, TStateMachine> Rent()
    {
        var box = s_free;
        if (box is null)
        {
            return new LoopTaskBox<T, TStateMachine>();
        }

        s_free = box._next;
        box._next = null;
        return box;
    }

    protected override void MoveNext() => StateMachine!.MoveNext();

    protected override void Return()
    {
        // What the method held must not live on with the box.
        StateMachine = default;
        var first = s_free;
        var count = first is null ? 0 : first._freeBefore + 1;
        if (count < MaxFree)
        {
            _freeBefore = count;
            _next = first;
            s_free = this;
        }
    }
}
