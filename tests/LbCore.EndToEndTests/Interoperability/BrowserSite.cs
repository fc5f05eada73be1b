using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using Microsoft.AspNetCore.Http;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>Serves <see cref="BrowserPage"/> from several Kestrels, any of which may get any of its requests.</summary>
internal sealed class BrowserSite : IAsyncDisposable
{
    // Then the stream ends, and the browser comes back for the rest.
    private const int EventsOfOneResponse = 5;

    private readonly SemaphoreSlim[] _acknowledged = [.. Enumerable.Range(0, BrowserPage.Events).Select(static _ => new SemaphoreSlim(0))];
    private readonly TaskCompletionSource<string> _report = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly int[] _served;
    private HttpBackend[] _servers = [];
    private int _sent;
    private int _unchanged;

    private BrowserSite(int servers) => _served = new int[servers];

    public string[] Addresses => [.. _servers.Select(static server => server.Address)];

    /// <summary>Gets how many requests each of the servers has got.</summary>
    public int[] Served => [.. _served];

    /// <summary>Gets how many assets the browser had already when it asked for them.</summary>
    public int Unchanged => Volatile.Read(ref _unchanged);

    /// <summary>Gets what the servers were asked for, for failure messages.</summary>
    public string Transcript => string.Join('\n', _requests);

    public static async Task<BrowserSite> StartAsync(int servers)
    {
        var site = new BrowserSite(servers);
        site._servers = await Task.WhenAll(Enumerable.Range(0, servers).Select(i => KestrelServer.StartAsync(context => site.ServeAsync(i, context))));
        return site;
    }

    /// <summary>Waits for the page's report.</summary>
    public Task<string> ReportAsync(CancellationToken token) => _report.Task.WaitAsync(token);

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        Array.ForEach(_acknowledged, static semaphore => semaphore.Dispose());
    }

    private async Task ServeAsync(int server, HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Interlocked.Increment(ref _served[server]);
        _requests.Enqueue($"{server}: {request.Method} {request.Path}");
        var parts = request.Path.Value!.Split('/');
        if (parts[1] is not "" and not "favicon.ico" && (request.Cookies["first"], request.Cookies["second"]) != ("1", "2"))
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        switch (parts[1])
        {
            case "":
                // Two fields of one name, which must not become one.
                response.Cookies.Append("first", "1", new CookieOptions { HttpOnly = true });
                response.Cookies.Append("second", "2");
                response.ContentType = "text/html";
                await response.WriteAsync(BrowserPage.Html);
                break;
            case "assets":
                await ServeAssetAsync(parts[2], context);
                break;
            case "events":
                await SendEventsAsync(context);
                break;
            case "acknowledge":
                _acknowledged[int.Parse(parts[2], CultureInfo.InvariantCulture)].Release();
                break;
            case "socket":
                await KestrelServer.EchoMessagesAsync(context);
                break;
            case "echo":
                await request.Body.CopyToAsync(response.Body, context.RequestAborted);
                break;
            case "report":
                using (var reader = new StreamReader(request.Body))
                {
                    _report.TrySetResult(await reader.ReadToEndAsync());
                }

                break;
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task ServeAssetAsync(string name, HttpContext context)
    {
        var response = context.Response;
        response.Headers.ETag = $"\"{name}\"";
        if (context.Request.Headers.IfNoneMatch == response.Headers.ETag)
        {
            Interlocked.Increment(ref _unchanged);
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        (response.ContentType, var content) = BrowserPage.Asset(name);
        if (content.Length % 2 == 0)
        {
            response.ContentLength = content.Length;
        }

        await response.Body.WriteAsync(content, context.RequestAborted);
    }

    private async Task SendEventsAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var first = request.Headers["Last-Event-ID"] is [{ } last] ? int.Parse(last, CultureInfo.InvariantCulture) + 1 : 0;
        response.ContentType = "text/event-stream";
        await response.WriteAsync("retry: 1\n\n");
        for (var i = first; i < Math.Min(BrowserPage.Events, first + EventsOfOneResponse); i++)
        {
            _requests.Enqueue($"event {i}");
            await response.WriteAsync($"id: {i}\ndata: event {i}\n\n");
            await response.Body.FlushAsync();
            await _acknowledged[i].WaitAsync(context.RequestAborted);
            Interlocked.Increment(ref _sent);
        }

        if (Volatile.Read(ref _sent) == BrowserPage.Events)
        {
            await response.WriteAsync("event: last\ndata: none\n\n");
        }
    }
}
