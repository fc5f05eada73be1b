using System;
using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace LbCore.Server.Commands;

/// <summary>The option <c>--log-level</c> of every command that serves.</summary>
internal sealed class LogLevelOption
{
    private static readonly string[] Levels = ["trace", "debug", "information", "warning", "error", "critical", "none"];

    private readonly Option<string[]> _option;

    /// <param name="fallback">What holds without the option, for the help.</param>
    public LogLevelOption(string fallback = "information") => _option = TextOption.OfWords(
        "--log-level",
        "level",
        $"What is logged to standard error: trace, debug, information, warning, error, critical or none. [default: {fallback}]",
        Levels);

    public void AddTo(Command command) => command.Add(_option);

    public LogLevel Read(OptionReader reader, LogLevel fallback = LogLevel.Information) =>
        reader.Word(_option, "level", Levels) is { } level ? Enum.Parse<LogLevel>(level, ignoreCase: true) : fallback;
}
