using System;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace LbCore.Recording.AccessLogging;

/// <summary>
/// Writes a line for each request and, in mode tcp, for each connection. Loops put lines together into a bounded ring each
/// and never wait; one thread takes them from all rings to the file.
/// </summary>
internal sealed class AccessLog
{
    private readonly LineFormat _format;
    private readonly Loop[] _loops;
    private readonly LineWriter _writer;

    private AccessLog(LineFormat format, Loop[] loops, LineWriter writer)
    {
        _format = format;
        _loops = loops;
        _writer = writer;
    }

    /// <summary>Gets how many lines were lost: there was no room for them, or nobody took them until the end. Any thread.</summary>
    public long Dropped => _writer.Dropped;

    /// <summary>Gets how many writes failed. Any thread.</summary>
    public long Failures => _writer.Failures;

    /// <summary>Gets a task that completes when the file is closed, and nothing will be written to it any more. Any thread.</summary>
    public Task Ended => _writer.Ended;

    /// <summary>Gets whether the file ends with a line that was cut off. When it has ended.</summary>
    public bool EndedWithinLine => _writer.EndedWithinLine;

    /// <summary>Opens the file. Lines may come at once; they wait for <see cref="Begin"/>.</summary>
    /// <param name="path">The file, or what standard output is called where trouble is told of.</param>
    /// <param name="isStandardOutput">Whether it is standard output.</param>
    /// <param name="format">How lines look.</param>
    /// <param name="loops">How many loops there are.</param>
    /// <param name="bufferBytes">How many bytes may wait, for each loop; at least <see cref="LineBuffer.MaxLine"/>.</param>
    /// <param name="time">The clock of the lines.</param>
    /// <param name="logger">Where trouble is told of. For no loop.</param>
    /// <exception cref="System.IO.IOException">The file cannot be opened.</exception>
    public static AccessLog Open(
        string path, bool isStandardOutput, LineFormat format, int loops, int bufferBytes, TimeProvider time, ILogger logger)
    {
        var all = new Loop[loops];
        var rings = new LineRing[loops];
        for (var i = 0; i < loops; i++)
        {
            all[i] = new Loop(bufferBytes, time);
            rings[i] = all[i].Ring;
        }

        return new AccessLog(format, all, LineWriter.Open(path, isStandardOutput, rings, logger));
    }

    /// <summary>Begins to write to the file, unless it has been stopped. Any thread.</summary>
    /// <param name="endsLine">Whether the file ends with a line that was cut off.</param>
    public void Begin(bool endsLine = false) => _writer.Begin(endsLine);

    /// <summary>Writes a request's line. On its loop.</summary>
    public void Write(in RequestOutcome outcome)
    {
        var loop = _loops[outcome.Client.Loop.Index];
        var line = new LineBuffer(loop.Bytes);
        loop.Clock.Look();
        _format.Write(ref line, loop.Clock, in outcome);
        Add(loop, line.Line);
    }

    /// <summary>Writes a connection's line. On its loop.</summary>
    public void Write(in ConnectionOutcome outcome)
    {
        var loop = _loops[outcome.Client.Loop.Index];
        var line = new LineBuffer(loop.Bytes);
        loop.Clock.Look();
        _format.Write(ref line, loop.Clock, outcome.Client.RemoteEndPoint, in outcome);
        Add(loop, line.Line);
    }

    /// <summary>Asks the writer to close the file and to open its path again, as after a rotation. Any thread.</summary>
    public void Reopen() => _writer.Reopen();

    /// <summary>
    /// Writes what waits, for a second at most, and closes the file; without <see cref="Begin"/> it drops it. Nothing may be
    /// written any more.
    /// </summary>
    public Task StopAsync() => _writer.StopAsync();

    private void Add(Loop loop, ReadOnlySpan<byte> line)
    {
        if (loop.Ring.Add(line))
        {
            _writer.Wake();
        }
    }

    /// <summary>What a loop has for itself.</summary>
    private sealed class Loop(int bufferBytes, TimeProvider time)
    {
        public LineRing Ring { get; } = new(bufferBytes);

        public LineClock Clock { get; } = new(time);

        /// <summary>Gets where a line is put together, before its length is known.</summary>
        public byte[] Bytes { get; } = new byte[LineBuffer.MaxLine];
    }
}
