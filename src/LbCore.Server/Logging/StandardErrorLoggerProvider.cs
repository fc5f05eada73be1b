using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using LbCore.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Logging;

/// <summary>Logs to standard error, one entry a line. Standard output is for the ready line alone.</summary>
/// <remarks>
/// A thread of its own writes, from a bounded queue that drops and counts: whoever holds the other end of standard error
/// and does not read must hold up neither a start nor a stop.
/// </remarks>
internal sealed class StandardErrorLoggerProvider : ILoggerProvider
{
    private const int MostWaiting = 4096;

    // How long the end of the process waits for the last lines.
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<string> _lines = new(MostWaiting);
    private readonly TimeProvider _time;
    private readonly Thread _writer;
    private int _dropped;

    public StandardErrorLoggerProvider(TimeProvider time)
    {
        _time = time;
        _writer = new Thread(WriteAll, 128 * 1024) { IsBackground = true, Name = "lbcore-log" };
        _writer.Start();
    }

    public ILogger CreateLogger(string categoryName) => new StandardErrorLogger(this, categoryName);

    /// <summary>Writes what is left, unless nobody takes it.</summary>
    public void Dispose()
    {
        _lines.CompleteAdding();
        _writer.Join(FlushTime);
    }

    internal DateTimeOffset Now => _time.GetUtcNow();

    internal void Write(string line)
    {
        if (!_lines.IsAddingCompleted && !TryAdd(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private bool TryAdd(string line)
    {
        try
        {
            return _lines.TryAdd(line);
        }
        catch (InvalidOperationException)
        {
            // The process ends; this line came too late.
            return false;
        }
    }

    private void WriteAll()
    {
        using var output = StandardDescriptors.OpenError();
        foreach (var line in _lines.GetConsumingEnumerable())
        {
            Write(output, line);
            var dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0)
            {
                Write(output, string.Create(CultureInfo.InvariantCulture, $"{dropped} lines were dropped here: standard error takes them too slowly\n"));
            }
        }
    }

    private static void Write(Stream output, string line)
    {
        try
        {
            output.Write(Encoding.UTF8.GetBytes(line));
        }
        catch (IOException)
        {
            // There is no other place to say it.
        }
    }
}
