using Microsoft.Extensions.Logging;

namespace LbCore.Diagnostics;

/// <summary>Log entries of the area Recording: ids 2000 to 2099. An id that is no longer used stays reserved.</summary>
internal static partial class RecordingLog
{
    [LoggerMessage(2000, LogLevel.Debug, "Attempt on {Cluster}/{Backend} failed by {FailedBy}: {Dial} after {ConnectMs} ms.")]
    public static partial void AttemptFailed(
        ILogger logger, string cluster, string backend, string failedBy, string dial, int connectMs);

    [LoggerMessage(
        2001,
        LogLevel.Debug,
        "Connection from {Client} on {Listener} to {Cluster}/{Backend} ended: failed by {FailedBy}, stage {Stage}, "
        + "attempts {Attempts}, dial {Dial}, client {ClientClose}, backend {BackendClose}, up {BytesUp}, down {BytesDown}, "
        + "connect {ConnectMs} ms, total {TotalMs} ms.")]
    public static partial void ConnectionEnded(
        ILogger logger,
        string listener,
        string client,
        string cluster,
        string backend,
        string failedBy,
        string stage,
        int attempts,
        string dial,
        string clientClose,
        string backendClose,
        long bytesUp,
        long bytesDown,
        long connectMs,
        long totalMs);

    [LoggerMessage(
        2002,
        LogLevel.Debug,
        "{RequestLine} from {Client} on {Listener} to {Cluster}/{Backend}: {End} ({Error}), status {Status}, attempts {Attempts}, "
        + "up {BytesUp}, down {BytesDown}, connect {ConnectMs} ms, response {ResponseMs} ms, total {TotalMs} ms.")]
    public static partial void RequestEnded(
        ILogger logger,
        string requestLine,
        string client,
        string listener,
        string cluster,
        string backend,
        string end,
        string error,
        int status,
        int attempts,
        long bytesUp,
        long bytesDown,
        long connectMs,
        long responseMs,
        long totalMs);

    [LoggerMessage(2003, LogLevel.Debug, "HTTP connection from {Client} on {Listener} ended: {End} after {Requests} requests, {TotalMs} ms.")]
    public static partial void HttpConnectionEnded(ILogger logger, string listener, string client, string end, long requests, long totalMs);

    [LoggerMessage(2004, LogLevel.Warning, "Listener {Listener} has refused {Count} connections; the last one was of {Client}, whose address has {Limit} open, as many as one may (maxConnectionsPerAddress).")]
    public static partial void ConnectionsRefused(ILogger logger, string listener, long count, string client, int limit);

    [LoggerMessage(2010, LogLevel.Information, "The access log goes to {Path}.")]
    public static partial void AccessLogOpened(ILogger logger, string path);

    [LoggerMessage(2011, LogLevel.Information, "The access log was opened again: {Path}.")]
    public static partial void AccessLogReopened(ILogger logger, string path);

    [LoggerMessage(2012, LogLevel.Error, "The access log {Path} cannot be opened again: {Error}. Lines go on to the file that is open.")]
    public static partial void AccessLogReopenFailed(ILogger logger, string path, string error);

    [LoggerMessage(2013, LogLevel.Error, "The access log {Path} cannot be written: {Error}. Lines wait while there is room, and are dropped then.")]
    public static partial void AccessLogFailed(ILogger logger, string path, string error);

    [LoggerMessage(2014, LogLevel.Warning, "{Count} lines of the access log {Path} were dropped: it takes them too slowly, or not at all.")]
    public static partial void AccessLogDropped(ILogger logger, string path, long count);
}
