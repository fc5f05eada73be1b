using System;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Picks ports for servers that cannot pick one themselves.</summary>
internal static class FreePort
{
    // Below the kernel's ephemeral range, so that no outgoing connection takes the port before the server does.
    private const int First = 20_000;
    private const int End = 32_000;

    public static int Next()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                continue;
            }
        }

        throw new InvalidOperationException("No free port was found.");
    }
}
