using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a place where everybody waits for the last one.</summary>
internal sealed class Meeting(int count)
{
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = count;

    /// <summary>Arrives, and waits for those who are missing.</summary>
    public Task JoinAsync(CancellationToken token)
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _complete.SetResult();
        }

        return _complete.Task.WaitAsync(token);
    }
}
