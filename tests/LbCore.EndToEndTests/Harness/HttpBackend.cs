using System;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>
/// Is a server that speaks HTTP/1.1 and has, whatever it is made of: <c>/bytes/N</c> (N known bytes, their number told),
/// <c>/chunked/N</c> (the same in chunks), <c>/echo</c> (sends the body back as it comes), <c>/hash</c> (its SHA-256),
/// <c>/fields</c> (the request's fields, one a line), <c>/events</c> (three events, one each time <c>/event</c> is asked
/// for), <c>/slow/N</c> (answers after N ms), <c>/status/N</c>, <c>/refuse</c> (413 before it reads the body), <c>/ws</c>
/// (changes to the protocol that it is asked for, and sends back whatever comes then), <c>/messages</c> (sends web socket
/// messages back).
/// </summary>
internal abstract class HttpBackend : IAsyncDisposable
{
    public const string Kestrel = "kestrel";
    public const string Node = "node";

    public abstract string Address { get; }

    public static string[] Kinds { get; } = [Kestrel, Node];

    public static Task<HttpBackend> StartAsync(string kind) => kind switch
    {
        Kestrel => KestrelServer.StartAsync(),
        Node => NodeServer.StartAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Returns the bytes that <c>/bytes/N</c> answers.</summary>
    public static byte[] Known(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i % 251);
        }

        return bytes;
    }

    public abstract ValueTask DisposeAsync();
}
