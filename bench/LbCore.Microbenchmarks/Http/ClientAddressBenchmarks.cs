using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using LbCore.Http;

namespace LbCore.Microbenchmarks.Http;

/// <summary>Measures finding the client behind three proxies, two of which are ours.</summary>
public class ClientAddressBenchmarks
{
    private readonly RequestHead _head = new();
    private readonly AddressNetworks _trusted = new([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8"), IPNetwork.Parse("127.0.0.0/8")]);
    private byte[] _bytes = [];

    [GlobalSetup]
    public void Parse()
    {
        _bytes = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 198.51.100.7, 203.0.113.9, 10.0.0.2, fd00::17\r\n"
            + "Forwarded: for=203.0.113.9;proto=https, for=10.0.0.2, for=\"[fd00::17]:4711\";proto=http\r\n\r\n");
        _head.Reset();
        RequestParser.Parse(_bytes, _head, HeadLimits.Default);
    }

    [Benchmark]
    public int XForwardedFor() => Find(KnownField.XForwardedFor);

    [Benchmark]
    public int Forwarded() => Find(KnownField.Forwarded);

    private int Find(KnownField field) => ClientAddress.TryFind(_bytes, _head, field, _trusted, out var address) ? (int)(uint)address : 0;
}
