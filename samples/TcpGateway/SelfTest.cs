using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace TcpGateway;

/// <summary>Sends 100 connections through the gateway and checks that each is answered and that the shares are 1 to 3.</summary>
internal static class SelfTest
{
    public static async Task<int> RunAsync(IPEndPoint gateway)
    {
        var shares = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < 100; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(gateway);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes("hello"));
            client.Client.Shutdown(SocketShutdown.Send);
            var answer = await new StreamReader(stream).ReadToEndAsync();
            shares[answer] = shares.GetValueOrDefault(answer) + 1;
        }

        foreach (var (answer, count) in shares)
        {
            Console.WriteLine($"{count,3} connections were answered \"{answer}\"");
        }

        var passed = shares.Count == 2 && shares.GetValueOrDefault("a: hello") == 25 && shares.GetValueOrDefault("b: hello") == 75;
        Console.WriteLine(passed ? "self-test passed" : "self-test FAILED: expected 25 from a and 75 from b");
        return passed ? 0 : 1;
    }
}
