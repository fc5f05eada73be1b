namespace LbCore.Messages;

/// <summary>Holds the exception of a method that failed before it waited.</summary>
internal sealed class FailedBox<T> : LoopTaskBox<T>
{
    protected override void MoveNext()
    {
    }

    protected override void Return()
    {
    }
}
