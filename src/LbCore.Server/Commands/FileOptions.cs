using System.CommandLine;
using LbCore.Configuration;

namespace LbCore.Server.Commands;

/// <summary>The options of every command that reads the configuration file.</summary>
internal sealed class FileOptions
{
    public const string DefaultPath = "lbcore.json";

    private readonly Option<string[]> _config = TextOption.One(
        "--config", "file", $"The configuration file. [default: {DefaultPath} in the current folder]", "-c");

    private readonly Option<string[]> _set = TextOption.One(
        "--set", "path=value", "One value to be laid over the file, such as clusters.app.retries.max=1. May be given several times.");

    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_set);
    }

    /// <summary>Reads the file. What is wrong in it comes with the options.</summary>
    public LbCoreOptions Read(OptionReader reader) =>
        ConfigurationFile.Read(reader.Text(_config) ?? DefaultPath, reader.Texts(_set));
}
