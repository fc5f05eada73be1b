using System;
using System.Buffers;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Server.Demo;
using LbCore.TestKit;
using LbCore.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

/// <summary>An answer counts, also as an announced fault, when it is the one to the request.</summary>
[TestFixture]
internal sealed class LoadClientTests
{
    private const string Fault = "503 Service Unavailable\r\nDemo-Fault: announced";

    [TestCase("200 OK", "a", "a", "", "answered")]
    [TestCase(Fault, "a", "a", "", "announced")]
    [TestCase("500 Error", "a", "a", "", "lost: 500 of backend a")]
    [TestCase("200 OK", "a", "a", "/of-another", "lost: the answer was not the one to this request: 200 Hello from a.")]
    [TestCase("200 OK", "a", "b", "", "lost: the answer was not the one to this request: 200 Hello from b.")]
    [TestCase("200 OK", "x", "x", "", "lost: the answer was not the one to this request: 200 Hello from x.")]
    [TestCase("200 OK", "", "a", "", "lost: the answer was not the one to this request: 200 Hello from a.")]
    [TestCase(Fault, "a", "a", "/of-another", "lost: the answer was not the one to this request: 503 Hello from a.")]
    [TestCase(Fault, "a", "b", "", "lost: the answer was not the one to this request: 503 Hello from b.")]
    [TestCase(Fault, "x", "x", "", "lost: the answer was not the one to this request: 503 Hello from x.")]
    [TestCase(Fault, "", "a", "", "lost: 503 of the load balancer")]
    [TestCase("502 Bad Gateway", "", "a", "", "lost: 502 of the load balancer")]
    [CancelAfter(60_000)]
    public async Task What_comes_of_a_request(string status, string backend, string name, string suffix, string expected, CancellationToken cancellationToken)
    {
        await using var engine = TransportEngine.Create(new TransportOptions { Loops = 1 }, NullLogger.Instance);
        var known = DemoBackend.Start(engine, new BackendSpec("a"));
        var listener = engine.Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, new Answering(status, backend, name, suffix));
        var ledger = new Ledger();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var target = new LoadTarget((IPEndPoint)listener.EndPoint, IsTcp: false);
        var client = new LoadClient(engine.Loops[0], target, new LoadReport(ledger, [known]), TimeSpan.FromHours(1));

        var running = client.RunAsync(TimeSpan.Zero, stop.Token);
        await Eventually.TrueAsync(() => ledger.Requests > 0, "a request has ended");
        await stop.CancelAsync();
        await running;

        var found = ledger.Answered == 1 ? "answered" : ledger.AnnouncedFaults == 1 ? "announced" : $"lost: {ledger.LostList[0]["/http/1: ".Length..]}";
        Assert.That(found, Does.StartWith(expected));
    }

    private sealed class Answering(string status, string backend, string name, string suffix) : IConnectionHandler
    {
        public async Task HandleAsync(TransportConnection connection)
        {
            var request = await ReceivedRequest.ReadHeadAsync(connection.Input);
            var text = DemoBackend.TextFor(name, "7", request!.Target + suffix);
            var who = backend.Length == 0 ? "" : $"\r\nDemo-Backend: {backend}\r\nDemo-Request: 7";
            var answer = $"HTTP/1.1 {status}{who}\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}";
            await connection.SendAsync(new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(answer)));
        }
    }
}
