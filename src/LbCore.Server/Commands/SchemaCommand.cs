using System.CommandLine;
using LbCore.Configuration;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore schema</c>: prints the JSON Schema of the configuration file.</summary>
internal static class SchemaCommand
{
    public const string Example = "lbcore schema > lbcore.schema.json";

    public static Command Create() =>
        BareCommand.Create("schema", "Print the JSON Schema of the configuration file, for editors.", ConfigurationFile.Schema);
}
