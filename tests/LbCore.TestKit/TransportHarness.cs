using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.TestKit;

/// <summary>Runs an engine for one test: listens on free ports, hides TLS from the test, and asserts at the end that nothing leaked.</summary>
public sealed class TransportHarness : IAsyncDisposable
{
    private readonly ConcurrentBag<RawClient> _clients = [];
    private readonly ConcurrentBag<TransportListener> _listeners = [];
    private readonly ConcurrentQueue<Exception> _handlerErrors = new();
    private bool _disposed;

    public TransportHarness(EngineCase engineCase, CancellationToken token, Func<TransportOptions, TransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(engineCase);
        Case = engineCase;
        Token = token;
        var options = new TransportOptions { Engine = engineCase.Engine, Loops = engineCase.Loops, PoisonBuffers = true }.WithoutStopGrace();
        Engine = TransportEngine.Create(configure?.Invoke(options) ?? options, Log);
    }

    /// <summary>Gets how a test dials that is about something else: a machine that stands still, or a lost SYN, is no fault of that.</summary>
    public static DialOptions PatientDial { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    public EngineCase Case { get; }

    public CancellationToken Token { get; }

    public TransportEngine Engine { get; }

    public RecordingLogger Log { get; } = new();

    /// <summary>Gets or sets how many handlers the test lets fail.</summary>
    public int ExpectedHandlerFailures { get; set; }

    /// <summary>Listens and serves each connection, secured where the set-up says so. A peer that is gone is an ordinary end.</summary>
    public TransportListener Listen(Func<TransportConnection, Task> handle, Func<ListenOptions, ListenOptions>? configure = null)
    {
        var options = new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) };
        var listener = Engine.Listen(configure?.Invoke(options) ?? options, new DelegateHandler(connection => ServeAsync(connection, handle)));
        _listeners.Add(listener);
        return listener;
    }

    public async Task<RawClient> ConnectAsync(TransportListener listener, int bufferSize = 0)
    {
        ArgumentNullException.ThrowIfNull(listener);
        var client = await RawClient.ConnectAsync(listener.EndPoint, Token, bufferSize).ConfigureAwait(false);
        _clients.Add(client);
        if (Case.Tls)
        {
            await client.SecureAsClientAsync().ConfigureAwait(false);
        }

        return client;
    }

    /// <summary>Dials from a loop, secured where the set-up or the caller says so. On the loop only.</summary>
    public async Task<TransportConnection> DialAsync(EventLoop loop, EndPoint endPoint, bool? secure = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        var result = await loop.DialAsync(endPoint, PatientDial).ConfigureAwait(false);
        Assert.That(result.Status, Is.EqualTo(DialStatus.Connected));
        if (!(secure ?? Case.Tls))
        {
            return result.Connection!;
        }

        var secured = new StreamConnection(result.Connection!, stream => new SslStream(stream));
        await ((SslStream)secured.Filter).AuthenticateAsClientAsync(TestCertificate.ClientOptions).ConfigureAwait(false);
        await loop.SwitchTo();
        return secured;
    }

    /// <summary>Runs code on a loop and completes, off it, with its result.</summary>
    public async Task<T> RunAsync<T>(EventLoop loop, Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(work);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = loop.Post(_ => Complete(), null);
        Assert.That(posted, Is.True, "the loop has ended");
        return await done.Task.WaitAsync(Token).ConfigureAwait(false);

        async void Complete()
        {
            try
            {
                done.SetResult(await work().ConfigureAwait(false));
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }
    }

    public Task RunAsync(EventLoop loop, Func<Task> work) => RunAsync(loop, async () =>
    {
        await work().ConfigureAwait(false);
        return true;
    });

    public Task<T> RunAsync<T>(EventLoop loop, Func<T> work) => RunAsync(loop, () => Task.FromResult(work()));

    /// <summary>Waits until no connection, dial or buffer is in use.</summary>
    public async Task AtRestAsync()
    {
        var atRest = await Eventually.HoldsAsync(IsAtRest).ConfigureAwait(false);
        Assert.That(atRest, Is.True, () => $"not at rest: {Engine.ReadCounters()}{Environment.NewLine}{Log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        var listenersEnded = await EndsAsync(Task.WhenAll(_listeners.Select(listener => listener.DisposeAsync().AsTask()))).ConfigureAwait(false);
        var atRest = await Eventually.HoldsAsync(IsAtRest, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        var counters = Engine.ReadCounters();
        var engineEnded = await EndsAsync(Engine.DisposeAsync().AsTask()).ConfigureAwait(false);
        var leftOpen = engineEnded ? await EngineDescriptors.LeftOpenAsync(Engine).ConfigureAwait(false) : [];
        Assert.Multiple(() =>
        {
            Assert.That(listenersEnded, Is.True, "a listener did not end: the handler of one of its connections never returned");
            Assert.That(engineEnded, Is.True, "the engine did not end");
            Assert.That(leftOpen, Is.Empty, "descriptors that the engine left open");
            Assert.That(atRest, Is.True, () => $"not at rest at the end: {counters}{Environment.NewLine}{Log}");
            Assert.That(counters.HandlerFailures, Is.EqualTo(ExpectedHandlerFailures), () => string.Join(Environment.NewLine, _handlerErrors));
            Assert.That(Engine.Completion.IsCompletedSuccessfully, Is.True, () => $"the engine did not end well: {Engine.Completion.Exception}");
        });
    }

    // The end of a test must not hang for what the test has found.
    private static async Task<bool> EndsAsync(Task task) =>
        await Task.WhenAny(task, Task.Delay(Eventually.DefaultDeadline)).ConfigureAwait(false) == task && task.IsCompletedSuccessfully;

    private bool IsAtRest() => Engine.ReadCounters() is { OpenConnections: 0, PendingDials: 0, RentedBuffers: 0 };

    private async Task ServeAsync(TransportConnection connection, Func<TransportConnection, Task> handle)
    {
        var served = connection;
        try
        {
            if (Case.Tls)
            {
                var secured = new StreamConnection(connection, stream => new SslStream(stream));
                served = secured;
                await ((SslStream)secured.Filter).AuthenticateAsServerAsync(TestCertificate.ServerOptions).ConfigureAwait(false);
                await connection.Loop.SwitchTo();
            }

            await handle(served).ConfigureAwait(false);
            await served.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ConnectionAbortedException or AuthenticationException || IsHandshakeCut(served, exception))
        {
            await served.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _handlerErrors.Enqueue(exception);
            served.Abort(CloseReason.HandlerFailed, exception);
            throw;
        }
    }

    private static bool IsHandshakeCut(TransportConnection connection, Exception exception) =>
        exception is IOException && connection is StreamConnection { Filter: SslStream { IsAuthenticated: false } };
}
