using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LbCore.LoadTool;

/// <summary>Keeps one request in flight on each of many keep-alive connections, and times and checks every answer.</summary>
internal sealed class HttpLoad : IDisposable
{
    private const int StallMilliseconds = 10_000;

    private readonly Poller _poller = new();
    private readonly LatencyHistogram _latency = new();
    private readonly Socket[] _sockets;
    private readonly long[] _sentAt;
    private readonly int[] _remaining;
    private readonly byte[] _request;
    private readonly byte[] _received = new byte[Wire.ChunkLength];
    private readonly int _bodyLength;
    private bool _recording;

    private HttpLoad(IPEndPoint target, int connections, byte[] request, int bodyLength)
    {
        _sockets = new Socket[connections];
        _sentAt = new long[connections];
        _remaining = new int[connections];
        _request = request;
        _bodyLength = bodyLength;
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
        var body = arguments.Number("--body", 128, 0, 1024 * 1024);
        var browser = arguments.Flag("--browser");
        var seconds = arguments.Number("--seconds", 5, 1, 3600);
        var warmup = arguments.Number("--warmup", 1, 0, 3600);
        var watch = new Watch(arguments);
        arguments.EnsureAllUsed();

        using var run = new HttpLoad(target, connections, HttpExchange.Request($"/{body}", target.ToString(), browser), body);
        run.SendFirst();
        run.Turn(TimeSpan.FromSeconds(warmup));
        run._recording = true;
        watch.Start();
        run.Turn(TimeSpan.FromSeconds(seconds));
        watch.Stop();

        var latency = run._latency;
        Console.WriteLine(new JsonLine()
            .Add("kind", "http")
            .Add(watch)
            .Add("connections", connections)
            .Add("head", browser ? "browser" : "small")
            .Add("body", body)
            .Add("messages", latency.Count)
            .Add("messages_per_second", latency.Count / watch.Seconds)
            .Add("p50_us", latency.Percentile(0.50) / 1e3)
            .Add("p99_us", latency.Percentile(0.99) / 1e3)
            .Add("max_us", latency.Max / 1e3));
    }

    /// <summary>Sends one request on each connection, which nobody answers, and holds them until standard input ends.</summary>
    public static void Wait(Arguments arguments)
    {
        var target = arguments.EndPoint("--target");
        var connections = arguments.Number("--connections", 5000, 1, 60_000);
        arguments.EnsureAllUsed();
        using var run = new HttpLoad(target, connections, HttpExchange.Request(HttpExchange.Never, target.ToString(), browser: false), 0);
        run.SendFirst();
        Console.WriteLine("ready");
        while (Console.In.Read() >= 0)
        {
        }

        if (run._poller.Wait(0) > 0)
        {
            throw new LoadToolException("a request was answered, or its connection closed, although nobody answers here");
        }
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
        var count = _sockets[index].Receive(_received, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (error != SocketError.Success || count == 0)
        {
            throw new LoadToolException($"connection {index} was closed: {error}");
        }

        var bytes = _received.AsSpan(0, count);
        if (_remaining[index] < 0)
        {
            bytes = TakeHead(index, bytes);
        }

        if (_remaining[index] < bytes.Length && _remaining[index] >= 0)
        {
            throw new LoadToolException($"connection {index}: the body has more than {_bodyLength} bytes");
        }

        if (_remaining[index] < 0)
        {
            return;
        }

        _remaining[index] -= bytes.Length;
        if (_remaining[index] > 0)
        {
            return;
        }

        if (_recording)
        {
            _latency.Record((long)Stopwatch.GetElapsedTime(_sentAt[index]).TotalNanoseconds);
        }

        Send(index);
    }

    /// <summary>Takes the head off the answer's first bytes. A head comes whole: proxies send it with one call.</summary>
    private Span<byte> TakeHead(int index, Span<byte> bytes)
    {
        if (!bytes.StartsWith("HTTP/1.1 200"u8))
        {
            throw new LoadToolException($"connection {index}: not a 200: {System.Text.Encoding.Latin1.GetString(bytes[..int.Min(bytes.Length, 80)])}");
        }

        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            throw new LoadToolException($"connection {index}: the head came in pieces");
        }

        _remaining[index] = _bodyLength;
        return bytes[(end + 4)..];
    }

    // With one request in flight the socket's buffer is empty, so a short send can only be a fault.
    private void Send(int index)
    {
        _remaining[index] = -1;
        _sentAt[index] = Stopwatch.GetTimestamp();
        var sent = _sockets[index].Send(_request, SocketFlags.None, out var error);
        if (error != SocketError.Success || sent != _request.Length)
        {
            throw new LoadToolException($"connection {index}: sent {sent} of {_request.Length} bytes: {error}");
        }
    }
}
