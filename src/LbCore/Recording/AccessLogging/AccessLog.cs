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

    /// <summary>Opens the file and begins to write to it.</summary>
    /// <param name="path">The file, or - for standard output.</param>
    /// <param name="format">How lines look.</param>
    /// <param name="loops">How many loops there are.</param>
    /// <param name="bufferBytes">How many bytes may wait, for each loop; at least <see cref="LineBuffer.MaxLine"/>.</param>
    /// <param name="time">The clock of the lines.</param>
    /// <param name="logger">Where trouble is told of. For no loop.</param>
    /// <exception cref="System.IO.IOException">The file cannot be opened.</exception>
    public static AccessLog Open(string path, LineFormat format, int loops, int bufferBytes, TimeProvider time, ILogger logger)
    {
        var file = LineWriter.OpenFile(path);
        var all = new Loop[loops];
        var rings = new LineRing[loops];
        for (var i = 0; i < loops; i++)
        {
            all[i] = new Loop(bufferBytes, time);
            rings[i] = all[i].Ring;
        }

        return new AccessLog(format, all, LineWriter.Start(path, file, rings, logger));
    }

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

    /// <summary>Writes what waits, for a second at most, and closes the file. Nothing may be written any more.</summary>
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
