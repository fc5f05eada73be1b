using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a Kestrel inside the test.</summary>
internal sealed class KestrelServer : HttpBackend
{
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _event = new(0);

    private KestrelServer(RequestDelegate? serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
        });
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(serve ?? ServeAsync);
    }

    public override string Address => new Uri(_app.Urls.First()).Authority;

    public static Task<HttpBackend> StartAsync() => StartAsync(null);

    /// <summary>Starts one that serves by a function, instead of what every backend has.</summary>
    public static async Task<HttpBackend> StartAsync(RequestDelegate? serve)
    {
        var server = new KestrelServer(serve);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Accepts a web socket and sends every message back.</summary>
    public static async Task EchoMessagesAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[16 * 1024];
        ValueWebSocketReceiveResult result;
        while ((result = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted)).MessageType != WebSocketMessageType.Close)
        {
            await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, context.RequestAborted);
        }

        await socket.CloseOutputAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, context.RequestAborted);
    }

    public override async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _event.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var parts = context.Request.Path.Value!.Split('/');
        var number = parts.Length > 2 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : 0;
        var response = context.Response;
        switch (parts[1])
        {
            case "bytes":
                response.ContentLength = number;
                await response.Body.WriteAsync(Known(number), context.RequestAborted);
                break;
            case "file":
                // What a static file is to everyone: it has a tag, and ranges of it may be asked for.
                await Results.Bytes(Known(number), entityTag: new EntityTagHeaderValue($"\"{number}\""), enableRangeProcessing: true).ExecuteAsync(context);
                break;
            case "chunked":
                foreach (var chunk in Known(number).Chunk(10_000))
                {
                    await response.Body.WriteAsync(chunk, context.RequestAborted);
                }

                break;
            case "echo":
                context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
                response.ContentLength = context.Request.ContentLength;
                await context.Request.Body.CopyToAsync(response.Body, context.RequestAborted);
                break;
            case "hash":
                await response.WriteAsync(Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted)));
                break;
            case "fields":
                await response.WriteAsync(string.Concat(context.Request.Headers.Select(static field => $"{field.Key}: {field.Value}\n")));
                break;
            case "events":
                response.ContentType = "text/event-stream";
                for (var i = 0; i < 3; i++)
                {
                    await _event.WaitAsync(context.RequestAborted);
                    await response.WriteAsync($"data: {i}\n\n");
                    await response.Body.FlushAsync();
                }

                break;
            case "event":
                _event.Release();
                break;
            case "slow":
                await Task.Delay(number, context.RequestAborted);
                await response.WriteAsync("slow");
                break;
            case "refuse":
                response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                await response.WriteAsync("refused");
                break;
            case "ws":
                await EchoUpgradedAsync(context);
                break;
            case "messages":
                await EchoMessagesAsync(context);
                break;
            default:
                response.StatusCode = number;
                break;
        }
    }

    private static async Task EchoUpgradedAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = context.Request.Headers.Upgrade;
        await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        await stream.CopyToAsync(stream, context.RequestAborted);
    }
}
