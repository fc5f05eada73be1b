using System;

namespace LbCore.LoadTool;

/// <summary>Ends the tool with a message for the user instead of a stack trace.</summary>
internal sealed class LoadToolException : Exception
{
    public const int Failed = 1;

    public const int BadUsage = 2;

    public LoadToolException(string message, int exitCode = Failed)
        : base(message) => ExitCode = exitCode;

    public int ExitCode { get; }
}
