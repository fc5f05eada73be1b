using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace LbCore.Messages;

/// <summary>Keeps a bounded number of objects to be used again, newest first. For one loop's thread.</summary>
internal sealed class SpareStack<T>
    where T : class
{
    private readonly Stack<T> _spares = new();
    private readonly int _limit;

    public SpareStack(int limit) => _limit = limit;

    public bool TryPop([NotNullWhen(true)] out T? spare) => _spares.TryPop(out spare);

    public void TryPush(T spare)
    {
        if (_spares.Count < _limit)
        {
            _spares.Push(spare);
        }
    }
}
