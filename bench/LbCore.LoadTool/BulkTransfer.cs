using System;
using System.Net;
using System.Net.Sockets;

namespace LbCore.LoadTool;

/// <summary>Moves a fixed number of bytes on each of a few streams, down from a source or up to a sink.</summary>
internal sealed class BulkTransfer : IDisposable
{
    private const int StallMilliseconds = 10_000;

    private readonly Poller _poller = new();
    private readonly byte[] _chunk = Wire.Pattern();
    private readonly Socket[] _sockets;
    private readonly long[] _remaining;
    private readonly bool[] _sending;
    private readonly long _bytes;
    private readonly bool _up;

    private BulkTransfer(IPEndPoint target, int streams, long bytes, bool up)
    {
        _bytes = bytes;
        _up = up;
        _sockets = new Socket[streams];
        _remaining = new long[streams];
        _sending = new bool[streams];
        for (var i = 0; i < streams; i++)
        {
            _sockets[i] = Wire.Connect(target);
        }
    }

    public static void Run(Arguments arguments)
    {
        var target = arguments.EndPoint("--target");
        var streams = arguments.Number("--streams", 1, 1, 10_000);
        var mebibytes = arguments.Number("--mib", 256, 1, 1024 * 1024);
        var up = arguments.Flag("--up");
        var watch = new Watch(arguments);
        arguments.EnsureAllUsed();

        using var run = new BulkTransfer(target, streams, mebibytes * 1024L * 1024, up);
        watch.Start();
        run.Begin();
        run.Turn();
        watch.Stop();

        var total = (double)mebibytes * streams;
        Console.WriteLine(new JsonLine()
            .Add("kind", "bulk")
            .Add(watch)
            .Add("direction", up ? "up" : "down")
            .Add("streams", streams)
            .Add("mib", total)
            .Add("mib_per_second", total / watch.Seconds));
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _poller.Dispose();
    }

    private void Begin()
    {
        var head = Wire.Head(_up ? Wire.Sink : Wire.Source, _bytes);
        for (var i = 0; i < _sockets.Length; i++)
        {
            Wire.SendAll(_sockets[i], head);
            _sockets[i].Blocking = false;
            _remaining[i] = _bytes;
            _sending[i] = _up;
            _poller.Add(_sockets[i], i, _up);
        }
    }

    private void Turn()
    {
        var open = _sockets.Length;
        while (open > 0)
        {
            var count = _poller.Wait(StallMilliseconds);
            if (count == 0)
            {
                throw new LoadToolException($"nothing moved for {StallMilliseconds / 1000} s");
            }

            for (var i = 0; i < count; i++)
            {
                var index = _poller.Token(i);
                if (_sending[index] ? !SendOn(index) : !ReceiveOn(index))
                {
                    _sockets[index].Dispose();
                    open--;
                }
            }
        }
    }

    private bool SendOn(int index)
    {
        var offset = (int)((_bytes - _remaining[index]) % _chunk.Length);
        var length = (int)long.Min(_chunk.Length - offset, _remaining[index]);
        var sent = _sockets[index].Send(_chunk.AsSpan(offset, length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        Ensure(index, error, sent);
        _remaining[index] -= sent;
        if (_remaining[index] == 0)
        {
            // The sink's one byte says that the last of ours has arrived, not only left.
            _remaining[index] = 1;
            _sending[index] = false;
            _poller.Modify(_sockets[index], index, forWriting: false);
        }

        return true;
    }

    private bool ReceiveOn(int index)
    {
        var received = _sockets[index].Receive(_chunk, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        Ensure(index, error, received);
        _remaining[index] -= received;
        return _remaining[index] switch
        {
            > 0 => true,
            0 => false,
            _ => throw new LoadToolException($"stream {index}: {-_remaining[index]} bytes too many"),
        };
    }

    private void Ensure(int index, SocketError error, int moved)
    {
        if (error != SocketError.Success || moved == 0)
        {
            throw new LoadToolException($"stream {index} ended with {_remaining[index]} bytes to go: {error}");
        }
    }
}
