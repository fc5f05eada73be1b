using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport.Files;
using Microsoft.Extensions.Logging;

namespace LbCore.Recording.AccessLogging;

/// <summary>
/// The thread that takes lines from the loops' rings to the file. It comes every 100 ms, and at once when a ring is half
/// full. What the file does not take stays in the rings until they are full: then lines are dropped, and nobody waits.
/// </summary>
/// <remarks>
/// Of one ring the bytes are written up to a line's end before another's turn comes, and before the file is changed, so
/// lines are never mixed or cut in two. Each call to a file that is not full ends with a line, so another process may append
/// to it, too.
/// </remarks>
internal sealed class LineWriter
{
    private const int Period = 100;
    private const int MaxWrite = 256 * 1024;

    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly bool _isStandardOutput;
    private readonly LineRing[] _rings;
    private readonly WriterReport _report;
    private readonly AutoResetEvent _wake = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private AppendFile _file;
    private long _cut;
    private long _reopenNotBefore;
    private int _ring;
    private int _woken;

    // How many bytes of the ring whose turn it is the file is being given.
    private int _inFlight;
    private bool _begun;
    private bool _owesLineEnd;
    private bool _isWithinLine;
    private bool _isFull;
    private bool _isStuck;
    private volatile bool _reopen;
    private volatile bool _stop;
    private volatile bool _abandoned;

    private LineWriter(string path, bool isStandardOutput, LineRing[] rings, ILogger logger)
    {
        _path = path;
        _isStandardOutput = isStandardOutput;
        _rings = rings;
        _report = new WriterReport(path, logger);

        // Last, so that nothing can fail while it is open and nobody's.
        _file = isStandardOutput ? AppendFile.OpenStandardOutput() : AppendFile.Open(path);
    }

    /// <summary>Gets a task that completes when the file is closed, and nothing will be written to it any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Gets whether the last line in the file is cut off. When it has ended.</summary>
    public bool EndedWithinLine => _isWithinLine || _owesLineEnd;

    public long Failures => _report.Failures;

    /// <summary>Gets how many lines were lost.</summary>
    public long Dropped
    {
        get
        {
            var sum = Volatile.Read(ref _cut);
            foreach (var ring in _rings)
            {
                sum += ring.Dropped;
            }

            return sum;
        }
    }

    /// <summary>Opens the file. Lines wait in the rings until <see cref="Begin"/>.</summary>
    /// <param name="path">The file, or what standard output is called where trouble is told of.</param>
    /// <param name="isStandardOutput">Whether it is standard output.</param>
    /// <param name="rings">Where lines come from.</param>
    /// <param name="logger">Where trouble is told of.</param>
    /// <exception cref="IOException">It cannot be opened, and the message says why.</exception>
    public static LineWriter Open(string path, bool isStandardOutput, LineRing[] rings, ILogger logger) =>
        new(path, isStandardOutput, rings, logger);

    /// <summary>Begins to write, unless it has been stopped.</summary>
    /// <param name="endsLine">Whether the file ends with a line that was cut off, which must not go on with one of ours.</param>
    public void Begin(bool endsLine = false)
    {
        lock (_gate)
        {
            if (_begun || _stop)
            {
                return;
            }

            _begun = true;
        }

        _owesLineEnd = endsLine;

        // A thread of its own: a disk may hold it up for long, and nothing else shall wait for that. No code of others runs
        // on it, so a small stack does.
        new Thread(Run, 128 * 1024) { IsBackground = true, Name = "lbcore-access-log" }.UnsafeStart();
    }

    /// <summary>Lets it come now. Costs a loop nothing while it has been called already.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _woken) == 0 && Interlocked.Exchange(ref _woken, 1) == 0)
        {
            _wake.Set();
        }
    }

    public void Reopen()
    {
        _reopen = true;
        Wake();
    }

    public async Task StopAsync()
    {
        bool begun;
        lock (_gate)
        {
            _stop = true;
            begun = _begun;
            _begun = true;
        }

        if (!begun)
        {
            Finish();
        }

        Wake();

        // A standard output that blocks cannot be interrupted: then the thread stays behind until the process ends.
        await _ended.Task.WaitAsync(StopTime * 2).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_ended.Task.IsCompleted)
        {
            Abandon();
        }

        await _report.WhenSaidAsync().WaitAsync(StopTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Gives what waits up, but for what the file is being given: the thread says of that later, when it knows.</summary>
    private void Abandon()
    {
        _abandoned = true;

        // The thread says first what it gives the file, and looks then: one of the two sees the other.
        Interlocked.MemoryBarrier();
        _report.LinesDropped(Dropped + CountWaiting(Volatile.Read(ref _inFlight)), isLast: true);
    }

    private void Run()
    {
        try
        {
            while (!_stop)
            {
                Serve();
            }

            WriteRest();
        }
        catch (Exception e)
        {
            // A fault of ours costs the log, not the process.
            _report.WriteFailed(e.ToString());
        }

        Finish();
    }

    private void Finish()
    {
        Volatile.Write(ref _cut, _cut + CountWaiting(0));
        _report.LinesDropped(Dropped, isLast: true);
        _file.Dispose();
        _ended.SetResult();
    }

    private void Serve()
    {
        Wait();
        if (!_isStuck)
        {
            // While nothing can be written, loops whose rings are full have no reason to call: that costs them each time.
            Volatile.Write(ref _woken, 0);
        }

        _isStuck = !WriteAll();
        ReopenIfAsked();
        _report.LinesDropped(Dropped, isLast: false);
    }

    private void WriteRest()
    {
        var end = Environment.TickCount64 + (long)StopTime.TotalMilliseconds;
        while (!WriteAll() && !_abandoned && Environment.TickCount64 < end)
        {
            Wait();
        }
    }

    private void Wait()
    {
        if (_isFull)
        {
            _file.WaitToWrite(Period);
        }
        else
        {
            _wake.WaitOne(Period);
        }
    }

    /// <summary>Writes what is in the rings. False when the file took less than that.</summary>
    private bool WriteAll()
    {
        if (_owesLineEnd && Give("\n"u8, default) == 0)
        {
            return false;
        }

        _owesLineEnd = false;
        for (var i = 0; i < _rings.Length; i++)
        {
            // What comes meanwhile waits for the next round, so that this one ends. It ends with a line, as the ring does.
            if (!WriteFrom(_rings[_ring], _rings[_ring].Count))
            {
                return false;
            }

            _ring = (_ring + 1) % _rings.Length;
        }

        return true;
    }

    private bool WriteFrom(LineRing ring, int count)
    {
        while (count > 0)
        {
            var first = ring.Peek(Math.Min(count, MaxWrite), out var second);
            if (count > MaxWrite)
            {
                EndWithLine(ref first, ref second);
            }

            var written = Give(first, second);
            if (written == 0)
            {
                return false;
            }

            _isWithinLine = (written > first.Length ? second[written - first.Length - 1] : first[written - 1]) != '\n';
            ring.Take(written);
            count -= written;
        }

        return true;
    }

    /// <summary>Leaves out what is behind the last whole line: another process that appends to the file comes between calls.</summary>
    private static void EndWithLine(ref ReadOnlySpan<byte> first, ref ReadOnlySpan<byte> second)
    {
        var end = second.LastIndexOf((byte)'\n') + 1;
        second = second[..end];
        if (end == 0 && first.LastIndexOf((byte)'\n') is >= 0 and var last)
        {
            first = first[..(last + 1)];
        }
    }

    /// <summary>Gives the file bytes in one call. Returns how many it took; none when there was an error, or it is full, or we are given up.</summary>
    private int Give(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Interlocked.Exchange(ref _inFlight, first.Length + second.Length);
        var written = 0;
        if (!_abandoned)
        {
            written = _file.Write(first, second, out var error);
            _isFull = written == 0 && error is null;
            if (error is not null)
            {
                OnFailed(error);
            }
        }

        Volatile.Write(ref _inFlight, 0);
        return written;
    }

    private void OnFailed(string error)
    {
        _report.WriteFailed(error);

        // Who reads the pipe has gone, and another may come.
        if (_file.IsBroken && !_isStandardOutput && Environment.TickCount64 >= _reopenNotBefore)
        {
            _reopenNotBefore = Environment.TickCount64 + 1000;
            _reopen = true;
        }
    }

    private void ReopenIfAsked()
    {
        if (!_reopen)
        {
            return;
        }

        _reopen = false;
        if (_isStandardOutput)
        {
            return;
        }

        try
        {
            var file = AppendFile.Open(_path);
            EndLine();
            _file.Dispose();
            _file = file;
            _owesLineEnd = false;
            _report.Reopened();
        }
        catch (IOException e)
        {
            // The old file takes the lines on.
            _report.ReopenFailed(e.Message);
        }
    }

    /// <summary>Ends the line that a full file has cut: the next file shall not begin with the rest of it.</summary>
    private void EndLine()
    {
        if (!_isWithinLine)
        {
            return;
        }

        var ring = _rings[_ring];
        if (!WriteFrom(ring, ring.FirstLine()))
        {
            // It took a part, or nothing.
            ring.Take(ring.FirstLine());
            _isWithinLine = false;
            Volatile.Write(ref _cut, _cut + 1);
        }
    }

    private long CountWaiting(int inFlight)
    {
        long sum = 0;
        var current = Volatile.Read(ref _ring);
        for (var i = 0; i < _rings.Length; i++)
        {
            sum += _rings[i].CountLines(i == current ? inFlight : 0);
        }

        return sum;
    }
}
