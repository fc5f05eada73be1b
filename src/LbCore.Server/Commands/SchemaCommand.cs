using System;
using System.CommandLine;
using LbCore.Configuration;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore schema</c>: prints the JSON Schema of the configuration file.</summary>
internal static class SchemaCommand
{
    public const string Example = "lbcore schema > lbcore.schema.json";

    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON Schema of the configuration file, for editors.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(static async parsed =>
        {
            if (parsed.UnmatchedTokens is [var stranger, ..])
            {
                return await UsageErrors.WriteAsync([$"'{stranger}' is not expected; lbcore schema takes nothing"], "lbcore --help")
                    .ConfigureAwait(false);
            }

            await Console.Out.WriteAsync(ConfigurationFile.Schema()).ConfigureAwait(false);
            return ExitCode.Fine;
        });
        return command;
    }
}
