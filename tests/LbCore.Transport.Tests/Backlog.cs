using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;

namespace LbCore.Transport.Tests;

/// <summary>Counts who has connected to a port and has not been accepted, as the kernel tells it.</summary>
internal static class Backlog
{
    private const string Listening = "0A";

    public static bool CanCount => OperatingSystem.IsLinux();

    /// <summary>Adds up the backlogs of all sockets that listen on an IPv4 port.</summary>
    public static int Count(EndPoint endPoint)
    {
        // sl, local address:port, remote, state, tx_queue:rx_queue, ...; of a listener rx_queue is its backlog (proc(5)).
        var port = ((IPEndPoint)endPoint).Port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines("/proc/net/tcp")
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == Listening && fields[1].EndsWith(port, StringComparison.Ordinal))
            .Sum(fields => int.Parse(fields[4].AsSpan(9), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
