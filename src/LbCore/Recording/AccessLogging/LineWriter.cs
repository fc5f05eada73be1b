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
/// lines are never mixed or cut in two.
/// </remarks>
internal sealed class LineWriter
{
    /// <summary>What stands for standard output.</summary>
    public const string StandardOutput = "-";

    private const int Period = 100;
    private const int MaxWrite = 256 * 1024;

    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly LineRing[] _rings;
    private readonly WriterReport _report;
    private readonly AutoResetEvent _wake = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AppendFile _file;
    private long _cut;
    private long _reopenNotBefore;
    private int _ring;
    private int _woken;
    private bool _isWithinLine;
    private bool _isFull;
    private bool _isStuck;
    private volatile bool _reopen;
    private volatile bool _stop;

    private LineWriter(string path, AppendFile file, LineRing[] rings, ILogger logger)
    {
        _path = path;
        _file = file;
        _rings = rings;
        _report = new WriterReport(path, logger);
    }

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

    /// <exception cref="IOException">It cannot be opened, and the message says why.</exception>
    public static AppendFile OpenFile(string path) => path == StandardOutput ? AppendFile.OpenStandardOutput() : AppendFile.Open(path);

    public static LineWriter Start(string path, AppendFile file, LineRing[] rings, ILogger logger)
    {
        var writer = new LineWriter(path, file, rings, logger);

        // A thread of its own: a disk may hold it up for long, and nothing else shall wait for that.
        new Thread(writer.Run, 128 * 1024) { IsBackground = true, Name = "lbcore-access-log" }.UnsafeStart();
        return writer;
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
        _stop = true;
        Wake();

        // A standard output that blocks cannot be interrupted: then the thread stays behind until the process ends.
        await _ended.Task.WaitAsync(StopTime * 2).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_ended.Task.IsCompleted)
        {
            _report.LinesDropped(Dropped + CountWaiting(), isLast: true);
        }
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

        Volatile.Write(ref _cut, _cut + CountWaiting());
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
        while (!WriteAll() && Environment.TickCount64 < end)
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
            var bytes = ring.Peek(Math.Min(count, MaxWrite));
            var written = _file.Write(bytes, out var error);
            _isFull = written == 0 && error is null;
            if (written > 0)
            {
                _isWithinLine = bytes[written - 1] != '\n';
                ring.Take(written);
                count -= written;
                continue;
            }

            if (error is not null)
            {
                OnFailed(error);
            }

            return false;
        }

        return true;
    }

    private void OnFailed(string error)
    {
        _report.WriteFailed(error);

        // Who reads the pipe has gone, and another may come.
        if (_file.IsBroken && _path != StandardOutput && Environment.TickCount64 >= _reopenNotBefore)
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
        if (_path == StandardOutput)
        {
            return;
        }

        try
        {
            var file = AppendFile.Open(_path);
            EndLine();
            _file.Dispose();
            _file = file;
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
        var ring = _rings[_ring];
        while (_isWithinLine)
        {
            var bytes = ring.Peek(MaxWrite);
            var end = bytes.IndexOf((byte)'\n');
            var rest = end < 0 ? bytes : bytes[..(end + 1)];
            if (!WriteFrom(ring, rest.Length))
            {
                // It took a part, or nothing.
                DropLine(ring);
            }
        }
    }

    private void DropLine(LineRing ring)
    {
        while (_isWithinLine)
        {
            var bytes = ring.Peek(MaxWrite);
            var end = bytes.IndexOf((byte)'\n');
            _isWithinLine = end < 0;
            ring.Take(end < 0 ? bytes.Length : end + 1);
        }

        Volatile.Write(ref _cut, _cut + 1);
    }

    private long CountWaiting()
    {
        long sum = 0;
        foreach (var ring in _rings)
        {
            sum += ring.CountLines();
        }

        return sum;
    }
}
