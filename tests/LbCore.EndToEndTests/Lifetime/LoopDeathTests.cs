using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Lifetime;

[TestFixture]
internal sealed class LoopDeathTests
{
    private const int LoopDied = 1;

    [TestCase("1")]
    [TestCase("2")]
    [CancelAfter(90_000)]
    public async Task A_loop_that_dies_ends_the_process_with_exit_code_1(string loops, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await using var backend = SocketBackend.StartEcho();
        await using var balancer = await StartWithHookAsync(
            folder, "--engine", Engines.Epoll, "--loops", loops, "--listen", "127.0.0.1:0", "--backend", backend.Address);
        using var client = await balancer.ConnectAsync(cancellationToken);
        await client.PingAsync(cancellationToken);

        balancer.Send(Signal.User1);

        // A loop notices at its next wait. Which loop gets the connection is the kernel's choice, hence several.
        var ended = balancer.WaitAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await KnockAsync(balancer, cancellationToken);
                return ended.IsCompleted;
            },
            TimeSpan.FromSeconds(30),
            $"it ends. {balancer.Transcript}");
        Assert.That(await ended, Is.EqualTo(LoopDied), balancer.Transcript);
        Assert.That(balancer.Error, Does.Contain("A loop died. The load balancer cannot go on."));
        Assert.That(await client.WaitForEndAsync(cancellationToken), Is.False, "a cut-off stream is reset");
    }

    // What is built allows no startup hooks (PublishAot sees to that), so the runtime gets a configuration that does.
    private static async Task<LbCoreProcess> StartWithHookAsync(TempFolder folder, params string[] arguments)
    {
        const string Switch = "\"System.StartupHookProvider.IsSupported\": ";
        var product = Path.Combine(Path.GetDirectoryName(LbCoreBinary.Path)!, "LbCore.Server");
        var configuration = await File.ReadAllTextAsync(product + ".runtimeconfig.json");
        Assert.That(configuration, Does.Contain(Switch + "false"));
        await File.WriteAllTextAsync(
            folder.File("runtimeconfig.json"), configuration.Replace(Switch + "false", Switch + "true", StringComparison.Ordinal));
        return await LbCoreProcess.StartProgramAsync(
            Tool.Require("env", "coreutils"),
            [
                $"DOTNET_STARTUP_HOOKS={typeof(LoopDeathTests).Assembly.Location}",
                Path.Combine(LbCoreBinary.Environment["DOTNET_ROOT"], "dotnet"),
                "exec", "--runtimeconfig", folder.File("runtimeconfig.json"), product + ".dll", "proxy", "--mode", "tcp", .. arguments,
            ]);
    }

    private static async Task KnockAsync(LbCoreProcess balancer, CancellationToken cancellationToken)
    {
        try
        {
            using var client = await balancer.ConnectAsync(cancellationToken);
        }
        catch (SocketException)
        {
            // It is on its way out.
        }
    }
}
