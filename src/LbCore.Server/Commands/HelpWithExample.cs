using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace LbCore.Server.Commands;

/// <summary>Prints the library's help and, below it, a line to copy.</summary>
internal sealed class HelpWithExample : SynchronousCommandLineAction
{
    private readonly HelpAction _help;

    public HelpWithExample(HelpAction help) => _help = help;

    public override int Invoke(ParseResult parseResult)
    {
        // The commands name stray arguments themselves, which the library takes for an invitation to write some.
        parseResult.CommandResult.Command.TreatUnmatchedTokensAsErrors = true;
        var result = _help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Example:");
        output.WriteLine($"  {ExampleOf(parseResult.CommandResult)}");
        return result;
    }

    private static string ExampleOf(SymbolResult? result) => (result as CommandResult)?.Command.Name switch
    {
        null or "proxy" => ProxyCommand.Example,
        "run" => RunCommand.Example,
        "check" => CheckCommand.Example,
        "explain" => ExplainCommand.Example,
        "demo" => DemoCommand.Example,
        "init" => InitCommand.Example,
        "schema" => SchemaCommand.Example,
        "completion" => CompletionCommand.Example,
        "version" => VersionCommand.Example,
        _ => ExampleOf(result!.Parent),
    };
}
