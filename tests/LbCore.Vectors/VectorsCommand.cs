using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;

namespace LbCore.Vectors;

/// <summary>What the command line asks for.</summary>
internal sealed record VectorsCommand
{
    public const string Usage = """
        Plays the vectors of tests/vectors through a proxy and judges what comes of them. Exit code 1: a violation.

          --start NAME        start lbcore, nginx or haproxy, and test that
          --proxy HOST:PORT   test a proxy that runs already, on loopback, ...
          --backend-port N    ... and forwards everything to 127.0.0.1:N
          --only TEXT         only vectors whose name has this text in it
          --patience MS       after how long without a byte a proxy is taken to wait for more (1000)
          --byte-by-byte      send every byte with a call of its own
        """;

    public string? Start { get; init; }

    public IPEndPoint? Proxy { get; init; }

    public int BackendPort { get; init; }

    public string Only { get; init; } = "";

    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    public bool ByteByByte { get; init; }

    /// <summary>Reads the arguments. Null when they make no sense.</summary>
    public static VectorsCommand? Parse(IReadOnlyList<string> arguments)
    {
        var command = new VectorsCommand();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--byte-by-byte")
            {
                command = command with { ByteByByte = true };
                continue;
            }

            if (i + 1 == arguments.Count || With(command, arguments[i], arguments[++i]) is not { } more)
            {
                return null;
            }

            command = more;
        }

        // One of the two ways, and no other machine than this one.
        var isWhole = command.Start is null ? command is { Proxy: not null, BackendPort: > 0 } : command.Proxy is null;
        return isWhole && (command.Proxy is null || IPAddress.IsLoopback(command.Proxy.Address)) ? command : null;
    }

    private static VectorsCommand? With(VectorsCommand command, string name, string value) => name switch
    {
        "--start" => command with { Start = value },
        "--proxy" when IPEndPoint.TryParse(value.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var proxy) => command with { Proxy = proxy },
        "--backend-port" when ushort.TryParse(value, CultureInfo.InvariantCulture, out var port) => command with { BackendPort = port },
        "--only" => command with { Only = value },
        "--patience" when int.TryParse(value, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0 =>
            command with { Patience = TimeSpan.FromMilliseconds(milliseconds) },
        _ => null,
    };
}
