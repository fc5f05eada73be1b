using System.Collections.Generic;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Runs a program on a terminal of its own.</summary>
internal static class Terminal
{
    /// <summary>Runs a command line of the shell to its end. What it writes comes as it would reach the screen.</summary>
    public static Task<CommandResult> RunAsync(string commandLine, params (string Name, string Value)[] environment)
    {
        var all = new Dictionary<string, string>(LbCoreBinary.Environment)
        {
            ["TERM"] = "xterm-256color",
            ["LC_ALL"] = "C.UTF-8",
            ["NO_COLOR"] = "",
        };
        foreach (var (name, value) in environment)
        {
            all[name] = value;
        }

        return Command.RunAsync(Tool.Require("script", "bsdutils"), ["-qec", commandLine, "/dev/null"], all);
    }
}
