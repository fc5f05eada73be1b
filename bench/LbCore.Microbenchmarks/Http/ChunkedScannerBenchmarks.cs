using System;
using BenchmarkDotNet.Attributes;
using LbCore.Http;

namespace LbCore.Microbenchmarks.Http;

/// <summary>Measures finding the data in a chunked body of 64 KiB.</summary>
public class ChunkedScannerBenchmarks
{
    private byte[] _body = [];

    /// <summary>Gets or sets how large the chunks are.</summary>
    [Params(16, 4096)]
    public int Chunk { get; set; }

    [GlobalSetup]
    public void Encode() => _body = Samples.Chunked(Chunk);

    [Benchmark]
    public int Scan()
    {
        var scanner = default(ChunkedScanner);
        var position = 0;
        while (scanner.Next(_body.AsSpan(position), out var framing, out var data) == ParseStatus.Incomplete)
        {
            position += framing + data;
        }

        return position;
    }
}
