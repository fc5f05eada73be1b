using System;

namespace LbCore.Transport;

/// <summary>Is the loop's own queue: a ring that only the loop's thread touches, and that grows but never shrinks.</summary>
internal sealed class RunQueue
{
    private WorkItem[] _items = new WorkItem[256];
    private int _head;

    public int Count { get; private set; }

    public void Enqueue(in WorkItem item)
    {
        if (Count == _items.Length)
        {
            Grow();
        }

        _items[(_head + Count) & (_items.Length - 1)] = item;
        Count++;
    }

    public WorkItem Dequeue()
    {
        ref var slot = ref _items[_head];
        var item = slot;
        slot = default;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    private void Grow()
    {
        var larger = new WorkItem[_items.Length * 2];
        var first = _items.Length - _head;
        Array.Copy(_items, _head, larger, 0, first);
        Array.Copy(_items, 0, larger, first, _head);
        _items = larger;
        _head = 0;
    }
}
