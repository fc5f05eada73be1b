using System;
using System.Buffers;
using System.Net;
using BenchmarkDotNet.Attributes;
using LbCore.Microbenchmarks.Http;
using LbCore.Recording;
using LbCore.Recording.AccessLogging;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Recording;

/// <summary>Measures what the access log costs a loop for a request: a look at the clock, the line, and the ring that takes it.</summary>
public class AccessLogBenchmarks
{
    private readonly LineRing _ring = new(1024 * 1024);
    private readonly LineClock _clock = new(TimeProvider.System);
    private readonly byte[] _bytes = new byte[LineBuffer.MaxLine];
    private readonly byte[] _client = "192.0.2.17"u8.ToArray();
    private readonly AttemptOutcome _attempt = new()
    {
        Backend = new Backend("backend1", new IPEndPoint(IPAddress.Loopback, 1), 1, new BackendState()),
    };

    private LineFormat _format = LineFormat.Combined;
    private ReadOnlySequence<byte> _head;

    /// <summary>Gets or sets how lines look.</summary>
    [Params("combined", "json")]
    public string Format { get; set; } = "combined";

    /// <summary>Gets or sets whose request it is.</summary>
    [Params("small", "browser")]
    public string Head { get; set; } = "small";

    [GlobalSetup]
    public void Choose()
    {
        _format = Format == "json" ? LineFormat.Json : LineFormat.Combined;
        _head = new ReadOnlySequence<byte>(Head == "small" ? Samples.SmallRequest : Samples.BrowserRequest);
    }

    [Benchmark]
    public int Write()
    {
        var outcome = new RequestOutcome
        {
            Listener = "web",
            Cluster = "app",
            Client = null!,
            ClientAddress = _client,
            ClientPort = 51234,
            End = RequestEnd.Completed,
            Status = 200,
            BytesDown = 1234,
            Head = _head,
            Attempts = new AttemptList(null, in _attempt),
        };
        var line = new LineBuffer(_bytes);
        _clock.Look();
        _format.Write(ref line, _clock, in outcome);
        _ring.Add(line.Line);
        _ring.Take(line.Line.Length);
        return line.Line.Length;
    }
}
