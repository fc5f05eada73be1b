using System;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Logging;

/// <summary>Formats an entry as <c>time level category[id] message</c>, with line ends inside it replaced.</summary>
internal sealed class StandardErrorLogger : ILogger
{
    private readonly StandardErrorLoggerProvider _provider;
    private readonly string _category;

    public StandardErrorLogger(StandardErrorLoggerProvider provider, string category)
    {
        _provider = provider;
        _category = category;
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = new StringBuilder()
            .Append(_provider.Now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            .Append(' ').Append(Word(logLevel)).Append(' ').Append(_category)
            .Append('[').Append(eventId.Id).Append("] ").Append(formatter(state, exception));
        if (exception is not null)
        {
            line.Append(" | ").Append(exception);
        }

        line.Replace("\r", "").Replace("\n", " | ").Append('\n');
        _provider.Write(line.ToString());
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
