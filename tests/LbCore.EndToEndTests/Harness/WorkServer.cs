using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.EndToEndTests.Harness;

/// <summary>
/// Is a Node.js program that may be killed at any moment, and has written down by then what it was asked for.
/// <c>/HOW/FRAMING/ID/N</c> answers N bytes that only this id gets: <c>whole</c> at once, <c>half</c> one half of them and
/// the rest when it is told, <c>held</c> all of it when it is told. The framing is <c>length</c>, <c>chunked</c> or
/// <c>close</c>. Until it answers it reads nothing of the request's body.
/// </summary>
internal sealed class WorkServer : IAsyncDisposable
{
    private const string Program =
        """
        const http = require('http'), fs = require('fs');
        const [port, journal] = process.argv.slice(2);
        let waiting = [], free = false;
        const server = http.createServer((q, s) => {
          const [, how, framing, id, text] = q.url.split('/'), n = Number(text);
          if (how === 'go') {
            free = framing === 'on';
            waiting.splice(0).forEach(f => f());
            s.end();
            return;
          }
          if (how === 'deaf') {
            server.close();
            s.end();
            return;
          }
          fs.appendFileSync(journal, q.method + ' ' + id + '\n');
          const body = Buffer.alloc(n, id + ','), half = how === 'half' ? n / 2 : 0;
          if (framing === 'length') s.setHeader('content-length', n);
          if (framing === 'close') { s.useChunkedEncodingByDefault = false; s.shouldKeepAlive = false; }
          if (half) s.write(body.subarray(0, half));
          const finish = () => { q.on('end', () => s.end(body.subarray(half))); q.resume(); };
          if (free || how === 'whole') finish(); else waiting.push(finish);
        });
        server.keepAliveTimeout = 60000;
        server.requestTimeout = 0;
        server.listen(Number(port), '127.0.0.1', () => console.log('listening'));
        """;

    private readonly NodeServer _node;
    private readonly HttpClient _direct;

    private WorkServer(NodeServer node)
    {
        _node = node;
        _direct = new HttpClient { BaseAddress = new Uri($"http://{node.Address}") };
    }

    public string Address => _node.Address;

    /// <summary>Starts one that writes into a journal, which it may share with others.</summary>
    public static async Task<WorkServer> StartAsync(string journal) => new(await NodeServer.StartProgramAsync(Program, journal));

    /// <summary>Returns the bytes that an id gets.</summary>
    public static ContentSummary Expected(string id, long length)
    {
        var pattern = Encoding.ASCII.GetBytes(id + ",");
        var body = new byte[length];
        for (var i = 0; i < body.Length; i++)
        {
            body[i] = pattern[i % pattern.Length];
        }

        return ContentSummary.Of(body);
    }

    /// <summary>Returns how often each request has reached a server, as "METHOD ID".</summary>
    public static ILookup<string, string> Read(string journal) =>
        (File.Exists(journal) ? File.ReadAllLines(journal) : []).ToLookup(static line => line);

    /// <summary>Waits until so many requests have reached the servers.</summary>
    public static Task TakenAsync(string journal, int count) => Eventually.TrueAsync(
        () => File.Exists(journal) && File.ReadAllLines(journal).Length >= count,
        TimeSpan.FromSeconds(20),
        string.Create(CultureInfo.InvariantCulture, $"{count} requests have reached the servers"));

    /// <summary>Has it answer all that wait, and from now on everything at once or, again, only when it is told.</summary>
    public Task AnswerAsync(bool fromNowOn, CancellationToken token) => TellAsync(fromNowOn ? "/go/on" : "/go/once", token);

    /// <summary>Has it refuse new connections, and go on with those that it has.</summary>
    public Task RefuseAsync(CancellationToken token) => TellAsync("/deaf", token);

    public Task KillAsync() => _node.KillAsync();

    public Task RestartAsync() => _node.RestartAsync();

    public ValueTask DisposeAsync()
    {
        _direct.Dispose();
        return _node.DisposeAsync();
    }

    private async Task TellAsync(string what, CancellationToken token)
    {
        using var response = await _direct.GetAsync(what, token);
        response.EnsureSuccessStatusCode();
    }
}
