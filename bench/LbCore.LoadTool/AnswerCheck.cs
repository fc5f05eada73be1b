using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace LbCore.LoadTool;

/// <summary>Waits until a proxy relays, then proves it byte for byte, once per backend and more.</summary>
internal static class AnswerCheck
{
    private const int Times = 8;
    private const int EchoedBytes = 64 * 1024;
    private const int SourcedBytes = 3 * 1024 * 1024;
    private const int AnswerMilliseconds = 10_000;

    public static void Run(Arguments arguments)
    {
        var target = arguments.EndPoint("--target");
        var wait = TimeSpan.FromSeconds(arguments.Number("--wait", 10, 0, 600));
        arguments.EnsureAllUsed();

        WaitForEcho(target, wait);
        for (var i = 0; i < Times; i++)
        {
            CheckEcho(target, EchoedBytes);
            CheckSource(target);
        }

        Console.WriteLine(new JsonLine().Add("kind", "check").Add("target", target.ToString()));
    }

    // A proxy may accept before its backends are there, so only an answer counts.
    private static void WaitForEcho(IPEndPoint target, TimeSpan wait)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                CheckEcho(target, 1);
                return;
            }
            catch (LoadToolException) when (Stopwatch.GetElapsedTime(started) < wait)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static void CheckEcho(IPEndPoint target, int length)
    {
        using var socket = Wire.Connect(target);
        socket.ReceiveTimeout = AnswerMilliseconds;
        var sent = new byte[length];
        for (var i = 0; i < sent.Length; i++)
        {
            // From 3 on: 1 and 2 at the start would ask for something else.
            sent[i] = (byte)(3 + (i % 241));
        }

        Converse(socket, sent, length, position => sent[position]);
    }

    private static void CheckSource(IPEndPoint target)
    {
        using var socket = Wire.Connect(target);
        socket.ReceiveTimeout = AnswerMilliseconds;
        Converse(socket, Wire.Head(Wire.Source, SourcedBytes), SourcedBytes, position => Wire.PatternAt(position));
    }

    private static void Converse(Socket socket, byte[] request, int length, Func<int, byte> expected)
    {
        var received = new byte[Wire.ChunkLength];
        try
        {
            Wire.SendAll(socket, request);
            for (var position = 0; position < length;)
            {
                var count = socket.Receive(received);
                if (count == 0)
                {
                    throw new LoadToolException($"the answer ended after {position} of {length} bytes");
                }

                for (var i = 0; i < count; i++, position++)
                {
                    if (position >= length || received[i] != expected(position))
                    {
                        throw new LoadToolException($"the answer is wrong at byte {position} of {length}");
                    }
                }
            }
        }
        catch (SocketException error)
        {
            throw new LoadToolException($"no whole answer: {error.Message}");
        }
    }
}
