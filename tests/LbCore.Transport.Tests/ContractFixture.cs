using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>What contract tests share: one harness a test, made when first asked for, checked for leaks when the test ends.</summary>
public abstract class ContractFixture(EngineCase engineCase)
{
    private readonly List<TransportHarness> _harnesses = [];
    private TaskCompletionSource _release = NewSource();

    protected EngineCase Case { get; } = engineCase;

    // Taken at the start, because a loop's thread knows nothing of the test's context.
    protected CancellationToken Token { get; private set; }

    protected TransportHarness Harness => _harnesses.Count > 0 ? _harnesses[0] : Start();

    [SetUp]
    public void Begin()
    {
        TestContext.Out.WriteLine(Case);
        Token = TestContext.CurrentContext.CancellationToken;
        _release = NewSource();
    }

    [TearDown]
    public async Task NothingLeaks()
    {
        Release();
        var harnesses = _harnesses.ToArray();
        _harnesses.Clear();
        foreach (var harness in harnesses)
        {
            await harness.DisposeAsync().ConfigureAwait(false);
        }
    }

    protected TransportHarness Start(Func<TransportOptions, TransportOptions>? configure = null)
    {
        var harness = new TransportHarness(Case, Token, configure);
        _harnesses.Add(harness);
        return harness;
    }

    /// <summary>Listens, connects one client, and hands out both ends. The handler stays until <see cref="Release"/>.</summary>
    protected async Task<(TransportConnection Served, RawClient Client)> PairAsync(int clientBufferSize = 0)
    {
        var accepted = NewSource<TransportConnection>();
        var listener = Harness.Listen(async connection =>
        {
            accepted.SetResult(connection);
            await StayAsync(connection).ConfigureAwait(false);
        });
        var client = await Harness.ConnectAsync(listener, clientBufferSize).ConfigureAwait(false);
        return (await accepted.Task.WaitAsync(Token).ConfigureAwait(false), client);
    }

    /// <summary>Keeps a handler from ending until <see cref="Release"/>; back on its loop afterwards.</summary>
    protected async Task StayAsync(TransportConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await _release.Task.ConfigureAwait(false);
        await connection.Loop.SwitchTo();
    }

    /// <summary>Lets the handlers end that stay.</summary>
    protected void Release() => _release.TrySetResult();

    /// <summary>Runs test code on the loop of a served connection, with a client that comes back to it.</summary>
    protected async Task WithPairAsync(Func<TransportConnection, LoopClient, Task> test, int clientBufferSize = 0)
    {
        var (connection, client) = await PairAsync(clientBufferSize).ConfigureAwait(false);
        await OnLoopAsync(connection, () => test(connection, new LoopClient(client, connection.Loop))).ConfigureAwait(false);
    }

    /// <summary>Runs test code on the loop of a connection.</summary>
    protected Task OnLoopAsync(TransportConnection connection, Func<Task> work) => Harness.RunAsync(connection.Loop, work);

    protected Task<T> OnLoopAsync<T>(TransportConnection connection, Func<Task<T>> work) => Harness.RunAsync(connection.Loop, work);

    protected static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads everything; the copy proves nothing about buffers, only about bytes.</summary>
    protected static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var all = new ArrayBufferWriter<byte>();
        while (true)
        {
            var result = await reader.ReadAsync().ConfigureAwait(false);
            foreach (var segment in result.Buffer)
            {
                all.Write(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return all.WrittenSpan.ToArray();
            }
        }
    }

    protected static async Task<byte[]> ReadExactlyAsync(PipeReader reader, int count)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var result = await reader.ReadAtLeastAsync(count).ConfigureAwait(false);
        Assert.That(result.Buffer.Length, Is.GreaterThanOrEqualTo(count), "the stream ended early");
        var bytes = result.Buffer.Slice(0, count);
        var copy = bytes.ToArray();
        reader.AdvanceTo(bytes.End);
        return copy;
    }

    /// <summary>Sends back what comes, buffer by buffer, and ends when the client ends.</summary>
    protected static async Task EchoAsync(TransportConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        while (true)
        {
            var result = await connection.Input.ReadAsync().ConfigureAwait(false);
            if (!result.Buffer.IsEmpty)
            {
                var sent = await connection.SendAsync(result.Buffer).ConfigureAwait(false);
                if (sent.IsCompleted)
                {
                    return;
                }
            }

            connection.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Sends on what comes, from where it lies, until either side ends; says how much it has read.</summary>
    protected static async Task RelayAsync(TransportConnection source, TransportConnection destination, Action<long> passed)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(passed);
        try
        {
            while (true)
            {
                var result = await source.Input.ReadAsync().ConfigureAwait(false);
                passed(result.Buffer.Length);
                var sent = await destination.SendAsync(result.Buffer).ConfigureAwait(false);
                source.Input.AdvanceTo(result.Buffer.End);
                if (sent.IsCompleted || result.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // The test completed the reader behind the relay's back.
        }
        finally
        {
            await destination.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Reads and drops until the client ends its stream.</summary>
    protected static async Task DrainAsync(TransportConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        while (true)
        {
            var result = await connection.Input.ReadAsync().ConfigureAwait(false);
            connection.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }
}
