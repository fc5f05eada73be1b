using System.Threading.Tasks;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Runs programs in a network of their own, where the test may set what it likes.</summary>
internal static class NetworkNamespace
{
    /// <summary>Returns the arguments that run a shell script in namespaces of its own. Skips the test where that is not allowed.</summary>
    public static async Task<(string Program, string[] Arguments)> RequireAsync(string script)
    {
        var unshare = Tool.Require("unshare", "util-linux");
        Tool.Require("ip", "iproute2");
        string[] arguments = ["--net", "--mount", "--map-root-user", "sh", "-c"];
        var result = await Command.RunAsync(unshare, [.. arguments, "ip link set lo up"]);
        if (result.ExitCode != 0)
        {
            Assert.Ignore($"network namespaces are not allowed here: {result.Error.Trim()}");
        }

        return (unshare, [.. arguments, $"ip link set lo up && {script}", "sh"]);
    }
}
