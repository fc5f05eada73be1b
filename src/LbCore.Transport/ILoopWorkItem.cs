namespace LbCore.Transport;

/// <summary>Is something that waits in a loop's run queue without needing a delegate.</summary>
internal interface ILoopWorkItem
{
    void Execute();
}
