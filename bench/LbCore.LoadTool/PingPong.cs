using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LbCore.LoadTool;

/// <summary>Keeps one small message in flight on each of many connections and times every answer.</summary>
internal sealed class PingPong : IDisposable
{
    private const int StallMilliseconds = 10_000;

    private readonly Poller _poller = new();
    private readonly LatencyHistogram _latency = new();
    private readonly Socket[] _sockets;
    private readonly long[] _sentAt;
    private readonly int[] _received;
    private readonly byte[] _message;
    private readonly byte[] _answer;
    private bool _recording;

    private PingPong(IPEndPoint target, int connections, int size)
    {
        _sockets = new Socket[connections];
        _sentAt = new long[connections];
        _received = new int[connections];
        _message = new byte[size];
        _answer = new byte[size];

        // Not 1 or 2, which would ask the backend for something else (Wire).
        _message.AsSpan().Fill((byte)'m');
        for (var i = 0; i < connections; i++)
        {
            _sockets[i] = Wire.Connect(target);
            _sockets[i].Blocking = false;
            _poller.Add(_sockets[i], i);
        }
    }

    public static void Run(Arguments arguments)
    {
        var target = arguments.EndPoint("--target");
        var connections = arguments.Number("--connections", 64, 1, 60_000);
        var size = arguments.Number("--size", 64, 1, 16 * 1024);
        var seconds = arguments.Number("--seconds", 5, 1, 3600);
        var warmup = arguments.Number("--warmup", 1, 0, 3600);
        var watch = new Watch(arguments);
        arguments.EnsureAllUsed();

        using var run = new PingPong(target, connections, size);
        run.SendFirst();
        run.Turn(TimeSpan.FromSeconds(warmup));
        run._recording = true;
        watch.Start();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        run.Turn(TimeSpan.FromSeconds(seconds));
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        watch.Stop();

        var latency = run._latency;
        Console.WriteLine(new JsonLine()
            .Add("kind", "pingpong")
            .Add(watch)
            .Add("connections", connections)
            .Add("size", size)
            .Add("messages", latency.Count)
            .Add("messages_per_second", latency.Count / watch.Seconds)
            .Add("p50_us", latency.Percentile(0.50) / 1e3)
            .Add("p99_us", latency.Percentile(0.99) / 1e3)
            .Add("max_us", latency.Max / 1e3)
            .Add("tool_allocated_bytes", allocated));
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _poller.Dispose();
    }

    private void SendFirst()
    {
        for (var i = 0; i < _sockets.Length; i++)
        {
            Send(i);
        }
    }

    private void Turn(TimeSpan duration)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < end)
        {
            var count = _poller.Wait(StallMilliseconds);
            if (count == 0)
            {
                throw new LoadToolException($"no answer for {StallMilliseconds / 1000} s");
            }

            for (var i = 0; i < count; i++)
            {
                Receive(_poller.Token(i));
            }
        }
    }

    private void Receive(int index)
    {
        var count = _sockets[index].Receive(_answer.AsSpan(0, _answer.Length - _received[index]), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (error != SocketError.Success || count == 0)
        {
            throw new LoadToolException($"connection {index} was closed: {error}");
        }

        _received[index] += count;
        if (_received[index] < _answer.Length)
        {
            return;
        }

        if (_recording)
        {
            _latency.Record((long)Stopwatch.GetElapsedTime(_sentAt[index]).TotalNanoseconds);
        }

        Send(index);
    }

    // With one message in flight the socket's buffer is empty, so a short send can only be a fault.
    private void Send(int index)
    {
        _received[index] = 0;
        _sentAt[index] = Stopwatch.GetTimestamp();
        var sent = _sockets[index].Send(_message, SocketFlags.None, out var error);
        if (error != SocketError.Success || sent != _message.Length)
        {
            throw new LoadToolException($"connection {index}: sent {sent} of {_message.Length} bytes: {error}");
        }
    }
}
