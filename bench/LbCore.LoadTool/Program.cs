using System;

namespace LbCore.LoadTool;

/// <summary>Picks the command.</summary>
internal static class Program
{
    private const string Usage = """
        LbCore.LoadTool COMMAND [OPTION…]      Linux only; addresses are ip:port

        Backends, one thread each, until killed; `ready` on standard output:
          serve  --listen A[,A…]               echo, source and sink on each address, as the stream's first byte asks
          echo   --listen A[,A…]               sends everything back
          source --listen A[,A…]               sends as many bytes as it is asked for
          sink   --listen A[,A…]               takes as many bytes as announced, then answers one byte
          web    --listen A[,A…]               answers GET /N with N bytes, and GET /never not at all

        Clients; one line of JSON on standard output:
          pingpong --target A [--connections 64] [--size 64] [--seconds 5] [--warmup 1]
          bulk     --target A [--streams 1] [--mib 256] [--up]     MiB are per stream
          http     --target A [--connections 64] [--body 128] [--browser] [--seconds 5] [--warmup 1]
          waiting  --target A [--connections 5000]     GET /never on each; `ready`, holds until standard input ends
          idle     --target A [--connections 7000] [--silent]      `ready`, holds until standard input ends, then asks each
          check    --target A [--wait 10]                          proves echo and source byte for byte

        pingpong, http and bulk also take --pid PID (its process tree is the proxy under test: CPU time over exactly the
        measured window, resident memory at its end) and --label NAME --layout NAME --round N, which are passed on.

          stat   --pid PID                     CPU time and resident memory of a process tree
          report --input FILE [--check]        Markdown tables from the lines of pingpong, http and bulk;
                                               --check: exit 1 when an acceptance ratio is missed

        Exit codes: 0 fine, 1 failed, 2 bad usage.
        """;

    private static int Main(string[] args)
    {
        if (args is [] or ["--help" or "-h"])
        {
            Console.WriteLine(Usage);
            return args.Length == 0 ? LoadToolException.BadUsage : 0;
        }

        try
        {
            return Run(args[0], new Arguments(args.AsSpan(1)));
        }
        catch (LoadToolException error)
        {
            Console.Error.WriteLine($"LoadTool {args[0]}: {error.Message}");
            return error.ExitCode;
        }
    }

    private static int Run(string command, Arguments arguments)
    {
        switch (command)
        {
            case "serve":
                return Serve(arguments, BackendRole.Any);
            case "echo":
                return Serve(arguments, BackendRole.Echo);
            case "source":
                return Serve(arguments, BackendRole.Source);
            case "sink":
                return Serve(arguments, BackendRole.Sink);
            case "pingpong":
                PingPong.Run(arguments);
                return 0;
            case "web":
                return Serve(arguments, BackendRole.Http);
            case "http":
                HttpLoad.Run(arguments);
                return 0;
            case "waiting":
                HttpLoad.Wait(arguments);
                return 0;
            case "bulk":
                BulkTransfer.Run(arguments);
                return 0;
            case "idle":
                IdleConnections.Run(arguments);
                return 0;
            case "check":
                AnswerCheck.Run(arguments);
                return 0;
            case "stat":
                return Stat(arguments);
            case "report":
                return Report.Run(arguments);
            default:
                throw new LoadToolException("unknown command; --help lists them", LoadToolException.BadUsage);
        }
    }

    private static int Serve(Arguments arguments, BackendRole role)
    {
        var endPoints = arguments.EndPoints("--listen");
        arguments.EnsureAllUsed();
        using var server = new BackendServer(endPoints, role);
        Console.WriteLine("ready");
        server.Run();
        return 0;
    }

    private static int Stat(Arguments arguments)
    {
        var tree = new ProcessTree(arguments.Number("--pid", 0, 1, int.MaxValue));
        arguments.EnsureAllUsed();
        var cpu = tree.ReadCpu();
        Console.WriteLine(new JsonLine()
            .Add("kind", "stat")
            .Add("processes", tree.Count)
            .Add("user_us", cpu.UserMicroseconds)
            .Add("kernel_us", cpu.KernelMicroseconds)
            .Add("rss_kib", tree.ReadResidentKib()));
        return 0;
    }
}
