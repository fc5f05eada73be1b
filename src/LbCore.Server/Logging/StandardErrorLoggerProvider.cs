using System;
using System.IO;
using System.Text;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Logging;

/// <summary>Logs to standard error, one entry a line. Standard output is for the ready line alone.</summary>
internal sealed class StandardErrorLoggerProvider : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly Stream _output = Console.OpenStandardError();
    private readonly TimeProvider _time;

    public StandardErrorLoggerProvider(TimeProvider time) => _time = time;

    public ILogger CreateLogger(string categoryName) => new StandardErrorLogger(this, categoryName);

    public void Dispose() => _output.Dispose();

    internal DateTimeOffset Now => _time.GetUtcNow();

    internal void Write(string line)
    {
        try
        {
            lock (_gate)
            {
                _output.Write(Encoding.UTF8.GetBytes(line));
            }
        }
        catch (IOException)
        {
            // There is no other place to say it.
        }
    }
}
