using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace LbCore.Recording.AccessLogging;

/// <summary>
/// Takes whole lines from one thread and gives their bytes, in order, to another. Bounded: a line that does not fit is
/// dropped whole and counted. Neither side ever waits for the other.
/// </summary>
internal sealed class LineRing
{
    private readonly byte[] _bytes;
    private Positions _positions;

    /// <param name="capacity">How many bytes it holds, at least 1.</param>
    public LineRing(int capacity) => _bytes = GC.AllocateUninitializedArray<byte>(capacity);

    public int Capacity => _bytes.Length;

    /// <summary>Gets how many bytes are waiting. Any thread.</summary>
    public int Count => (int)(Volatile.Read(ref _positions.Written) - Volatile.Read(ref _positions.Taken));

    /// <summary>Gets how many lines were dropped. Any thread.</summary>
    public long Dropped => Volatile.Read(ref _positions.Dropped);

    /// <summary>Adds a line, or drops it when there is no room. For the one thread that writes.</summary>
    /// <returns>Whether more than half of the ring is taken now, so that the reader had better come.</returns>
    public bool Add(ReadOnlySpan<byte> line)
    {
        var written = _positions.Written;
        var room = _bytes.Length - (int)(written - _positions.SeenTaken);
        if (line.Length > room || room < _bytes.Length / 2)
        {
            // Only now, since it is the other thread's cache line.
            _positions.SeenTaken = Volatile.Read(ref _positions.Taken);
            room = _bytes.Length - (int)(written - _positions.SeenTaken);
            if (line.Length > room)
            {
                Volatile.Write(ref _positions.Dropped, _positions.Dropped + 1);
                return true;
            }
        }

        var first = At(written, line.Length, out var second);
        line[..first.Length].CopyTo(first);
        line[first.Length..].CopyTo(second);
        Volatile.Write(ref _positions.Written, written + line.Length);
        return room - line.Length < _bytes.Length / 2;
    }

    /// <summary>Returns bytes that wait, as they lie in the ring's memory: up to its end, and from its beginning. For the one thread that reads.</summary>
    /// <param name="most">How many, at most.</param>
    /// <param name="second">Those that lie at the beginning; often none.</param>
    public ReadOnlySpan<byte> Peek(int most, out ReadOnlySpan<byte> second)
    {
        var first = At(_positions.Taken, Math.Min(Count, most), out var rest);
        second = rest;
        return first;
    }

    /// <summary>Returns how many bytes there are up to the first line's end, it included. For the one thread that reads.</summary>
    public int FirstLine()
    {
        var first = Peek(int.MaxValue, out var second);
        var end = first.IndexOf((byte)'\n') + 1;
        return end > 0 ? end : first.Length + second.IndexOf((byte)'\n') + 1;
    }

    /// <summary>Gives bytes that were looked at back to the writer. For the one thread that reads.</summary>
    public void Take(int count) => Volatile.Write(ref _positions.Taken, _positions.Taken + count);

    /// <summary>Returns how many lines wait. When nobody writes any more.</summary>
    /// <param name="skip">How many bytes are not looked at.</param>
    public int CountLines(int skip = 0)
    {
        var taken = Volatile.Read(ref _positions.Taken) + skip;
        var count = (int)Math.Max(Volatile.Read(ref _positions.Written) - taken, 0);
        return At(taken, count, out var second).Count((byte)'\n') + second.Count((byte)'\n');
    }

    /// <summary>Returns where bytes lie: up to the memory's end, and from its beginning.</summary>
    private Span<byte> At(long position, int count, out Span<byte> second)
    {
        var start = (int)(position % _bytes.Length);
        var first = Math.Min(count, _bytes.Length - start);
        second = _bytes.AsSpan(0, count - first);
        return _bytes.AsSpan(start, first);
    }

    // What each thread writes has cache lines of its own.
    [StructLayout(LayoutKind.Explicit, Size = 320)]
    private struct Positions
    {
        [FieldOffset(64)]
        public long Written;

        [FieldOffset(72)]
        public long SeenTaken;

        [FieldOffset(80)]
        public long Dropped;

        [FieldOffset(192)]
        public long Taken;
    }
}
