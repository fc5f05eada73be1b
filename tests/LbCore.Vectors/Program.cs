using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit.Vectors;

namespace LbCore.Vectors;

/// <summary>The program.</summary>
internal static class Program
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task<int> Main(string[] arguments)
    {
        if (VectorsCommand.Parse(arguments) is not { } command)
        {
            await Console.Error.WriteLineAsync(VectorsCommand.Usage);
            return 2;
        }

        using var end = new CancellationTokenSource(Limit);
        await using var backend = new RecordingBackend(end.Token, command.BackendPort);
        using var started = command.Start is { } name ? await ProxyProcess.StartAsync(name, backend.EndPoint.Port) : null;
        var runner = new VectorRunner(started?.EndPoint ?? command.Proxy!, backend, command.Patience, end.Token);
        var report = new Report(Console.Out, isOurs: command.Start == "lbcore");
        foreach (var vector in VectorFiles.Requests.Where(vector => vector.Name.Contains(command.Only, StringComparison.Ordinal)))
        {
            report.Add(vector, await runner.RunAsync(vector, command.ByteByByte));
        }

        foreach (var vector in VectorFiles.Responses.Where(vector => vector.Name.Contains(command.Only, StringComparison.Ordinal)))
        {
            report.Add(vector, await runner.RunAsync(vector, command.ByteByByte));
        }

        report.Summarise(command.Start ?? command.Proxy!.ToString());
        return report.Violating > 0 || report.IsOtherThanSaid ? 1 : 0;
    }
}
