using System.Collections.Generic;
using System.CommandLine;

namespace LbCore.Server.Commands;

/// <summary>The option <c>--set</c> of every command that has a configuration.</summary>
internal sealed class SetOption
{
    private readonly Option<string[]> _option;

    /// <param name="over">What the value is laid over.</param>
    /// <param name="example">A setting to copy.</param>
    public SetOption(string over, string example) => _option = TextOption.One(
        "--set", "path=value", $"One value to be laid over {over}, such as {example}. May be given several times.");

    public void AddTo(Command command) => command.Add(_option);

    public IReadOnlyList<string> Read(OptionReader reader) => reader.Texts(_option);
}
