using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace LbCore.Messages;

/// <summary>
/// Builds the tasks of async methods that run on loops: what they keep while they wait is reused, so a method that waits
/// allocates nothing once as many have waited at a time. The runtime's own pooling builder keeps a few a core only, which
/// is too few where thousands of requests wait on one thread.
/// </summary>
internal struct LoopTaskBuilder
{
    private LoopTaskBuilder<Nothing> _builder;

    public readonly ValueTask Task => _builder.VoidTask;

    public static LoopTaskBuilder Create() => default;

#pragma warning disable CA1822 // The compiler calls these on the instance.
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => stateMachine.MoveNext();

    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }
#pragma warning restore CA1822

    public void SetResult() => _builder.SetResult(default);

    public void SetException(Exception exception) => _builder.SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);

    /// <summary>The result of a method that has none.</summary>
    internal readonly struct Nothing;
}
