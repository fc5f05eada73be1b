using BenchmarkDotNet.Attributes;
using LbCore.Http;

namespace LbCore.Microbenchmarks.Http;

/// <summary>Measures parsing a head, and parsing it and writing it anew.</summary>
public class HeadBenchmarks
{
    private readonly byte[] _target = new byte[8192];
    private readonly RequestHead _request = new();
    private readonly ResponseHead _response = new();

    [Benchmark]
    public int ParseSmallRequest() => Parse(Samples.SmallRequest);

    [Benchmark]
    public int ParseBrowserRequest() => Parse(Samples.BrowserRequest);

    [Benchmark]
    public int ParseResponse()
    {
        _response.Reset();
        ResponseParser.Parse(Samples.ResponseHead, _response, HeadLimits.Default);
        return _response.Length;
    }

    [Benchmark]
    public int RewriteSmallRequest() => Rewrite(Samples.SmallRequest);

    [Benchmark]
    public int RewriteBrowserRequest() => Rewrite(Samples.BrowserRequest);

    [Benchmark]
    public int RewriteResponse()
    {
        ParseResponse();
        return HeadWriter.WriteResponse(_target, Samples.ResponseHead, _response, default);
    }

    private int Parse(byte[] bytes)
    {
        _request.Reset();
        RequestParser.Parse(bytes, _request, HeadLimits.Default);
        return _request.Length;
    }

    private int Rewrite(byte[] bytes)
    {
        Parse(bytes);
        return HeadWriter.WriteRequest(_target, bytes, _request, new RequestEdits { ForwardedFor = "10.0.0.7"u8 });
    }
}
