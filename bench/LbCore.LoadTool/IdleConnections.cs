using System;
using System.Net.Sockets;

namespace LbCore.LoadTool;

/// <summary>Opens many connections, leaves them alone until standard input ends, then asks whether they still work.</summary>
internal static class IdleConnections
{
    private const int AnswerMilliseconds = 10_000;

    public static void Run(Arguments arguments)
    {
        var target = arguments.EndPoint("--target");
        var sockets = new Socket[arguments.Number("--connections", 7000, 1, 60_000)];
        var silent = arguments.Flag("--silent");
        arguments.EnsureAllUsed();
        try
        {
            for (var i = 0; i < sockets.Length; i++)
            {
                sockets[i] = Wire.Connect(target);
                sockets[i].ReceiveTimeout = AnswerMilliseconds;
                if (!silent)
                {
                    Echo(sockets[i], i);
                }
            }

            Console.WriteLine("ready");
            while (Console.In.Read() >= 0)
            {
            }

            for (var i = 0; i < sockets.Length; i++)
            {
                Echo(sockets[i], i);
            }

            Console.WriteLine(new JsonLine().Add("kind", "idle").Add("connections", sockets.Length));
        }
        finally
        {
            foreach (var socket in sockets)
            {
                socket?.Dispose();
            }
        }
    }

    private static void Echo(Socket socket, int index)
    {
        Span<byte> one = [(byte)'i'];
        try
        {
            Wire.SendAll(socket, one);
            one[0] = 0;
            if (socket.Receive(one) == 1 && one[0] == 'i')
            {
                return;
            }
        }
        catch (SocketException error)
        {
            throw new LoadToolException($"connection {index} does not answer: {error.Message}");
        }

        throw new LoadToolException($"connection {index} does not answer: it was closed");
    }
}
