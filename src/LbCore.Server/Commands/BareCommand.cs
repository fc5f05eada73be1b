using System;
using System.CommandLine;

namespace LbCore.Server.Commands;

/// <summary>Makes commands that print something and take nothing.</summary>
internal static class BareCommand
{
    public static Command Create(string name, string description, Func<string> print, string? fullName = null)
    {
        var command = new Command(name, description) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(async parsed =>
        {
            if (parsed.UnmatchedTokens is [var stranger, ..])
            {
                return await UsageErrors.WriteAsync([$"'{stranger}' is not expected; {fullName ?? $"lbcore {name}"} takes nothing"], "lbcore --help")
                    .ConfigureAwait(false);
            }

            await Console.Out.WriteAsync(print()).ConfigureAwait(false);
            return ExitCode.Fine;
        });
        return command;
    }
}
