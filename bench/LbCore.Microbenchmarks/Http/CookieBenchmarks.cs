using BenchmarkDotNet.Attributes;
using LbCore.Http;

namespace LbCore.Microbenchmarks.Http;

/// <summary>Measures finding a cookie in a head, walking through all of them, and writing the head without it.</summary>
public class CookieBenchmarks
{
    private readonly byte[] _target = new byte[8192];
    private readonly RequestHead _head = new();
    private readonly CookieNames _names = new(["LbCore"]);
    private byte[] _bytes = [];

    /// <summary>Gets or sets what the Cookie field has: a browser's few, 4 KiB with ours as the last or without it, or 4 KiB that are made to be slow.</summary>
    [Params("browser", "last", "absent", "semicolons", "names")]
    public string Field { get; set; } = "";

    [GlobalSetup]
    public void Parse()
    {
        _bytes = Samples.WithCookies(Field);
        _head.Reset();
        RequestParser.Parse(_bytes, _head, HeadLimits.Default);
    }

    [Benchmark]
    public int Find() => CookieList.TryFind(_bytes, _head, "LbCore"u8, out var cookie) ? cookie.Value.Length : 0;

    [Benchmark]
    public int Walk()
    {
        var list = new CookieList(_bytes, _head);
        var count = 0;
        while (list.TryNext(out _))
        {
            count++;
        }

        return count;
    }

    [Benchmark(Baseline = true)]
    public int Write() => Write(null);

    [Benchmark]
    public int WriteWithout() => Write(_names);

    private int Write(CookieNames? dropped) =>
        HeadWriter.WriteRequest(_target, _bytes, _head, new RequestEdits { ForwardedFor = "10.0.0.7"u8, DroppedCookies = dropped });
}
