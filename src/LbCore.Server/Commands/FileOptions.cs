using System.CommandLine;
using LbCore.Configuration;

namespace LbCore.Server.Commands;

/// <summary>The options of every command that reads the configuration file.</summary>
internal sealed class FileOptions
{
    public const string DefaultPath = "lbcore.json";

    private readonly Option<string[]> _config = TextOption.One(
        "--config", "file", $"The configuration file. [default: {DefaultPath} in the current folder]", "-c");

    private readonly SetOption _set = new("the file", "clusters.app.retries.max=1");

    public void AddTo(Command command)
    {
        command.Add(_config);
        _set.AddTo(command);
    }

    /// <summary>Reads the file. What is wrong in it comes with the options.</summary>
    public LbCoreOptions Read(OptionReader reader) =>
        ConfigurationFile.Read(reader.Text(_config) ?? DefaultPath, _set.Read(reader));
}
