using System;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace LbCore.Transport.Diagnostics;

/// <summary>Logs what the transport has to say. Event ids 4000 to 4099; an id that is retired stays reserved.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(4000, LogLevel.Information, "Engine {Engine} runs on {Loops} loops: {Reason}.")]
    public static partial void EngineStarted(ILogger logger, string engine, int loops, string reason);

    [LoggerMessage(4001, LogLevel.Critical, "Loop {Loop} died; the engine cannot go on.")]
    public static partial void LoopDied(ILogger logger, int loop, Exception exception);

    [LoggerMessage(4002, LogLevel.Warning, "Loop {Loop} has been held for more than {Milliseconds} ms by {Subject}. Code on a loop must not block.")]
    public static partial void LoopStalled(ILogger logger, int loop, long milliseconds, string subject);

    [LoggerMessage(4003, LogLevel.Error, "The handler of {Connection} failed; the connection was aborted.")]
    public static partial void HandlerFailed(ILogger logger, string connection, Exception exception);

    [LoggerMessage(4004, LogLevel.Error, "A callback on a loop failed.")]
    public static partial void CallbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(4005, LogLevel.Warning, "Accepting on {Address} pauses: {Error}. Open connections go on; arrivals wait in the backlog. Raise the limit of open files if this stays.")]
    public static partial void AcceptPaused(ILogger logger, string address, SocketError error);

    [LoggerMessage(4006, LogLevel.Critical, "Accepting on {Address} ended: {Error}.")]
    public static partial void AcceptStopped(ILogger logger, string address, string error);

    [LoggerMessage(4007, LogLevel.Warning, "{Count} log entries were dropped: the loops wrote faster than the log could take.")]
    public static partial void EntriesDropped(ILogger logger, long count);
}
