using System;
using System.IO;
using System.Net.Sockets;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 12: whoever throws ends its own connection and nothing else.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class HandlerFailureTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public async Task A_handler_that_throws_aborts_only_its_own_connection_and_is_counted_and_logged([Values] bool beforeItAwaits)
    {
        var echo = await Harness.ConnectAsync(Harness.Listen(EchoAsync));
        Harness.ExpectedHandlerFailures = 1;
        var listener = Harness.Listen(async connection =>
        {
            if (!beforeItAwaits)
            {
                var result = await connection.Input.ReadAsync();
                connection.Input.AdvanceTo(result.Buffer.End);
            }

            throw new TimeoutException("the handler's own error");
        });
        Assert.That(await IsResetAsync(listener, sends: !beforeItAwaits), Is.True);
        await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().HandlerFailures == 1, "the failure is counted");
        await Eventually.TrueAsync(() => Harness.Log.Contains("handler of"), "the failure is logged");
        await echo.WriteAsync("still here"u8.ToArray());
        Assert.That(await echo.ReadExactlyAsync(10), Is.EqualTo("still here"u8.ToArray()));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_handler_that_is_not_async_may_throw_as_well()
    {
        Harness.ExpectedHandlerFailures = 1;
        var listener = Harness.Engine.Listen(
            new ListenOptions { EndPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0) },
            new DelegateHandler(_ => throw new TimeoutException("at once")));
        Assert.That(await IsResetAsync(listener, sends: false, plain: true), Is.True);
        await Eventually.TrueAsync(() => Harness.Engine.ReadCounters().HandlerFailures == 1, "the failure is counted");
        await listener.DisposeAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task A_posted_callback_that_throws_does_not_end_the_loop()
    {
        Harness.ExpectedHandlerFailures = 1;
        foreach (var loop in Harness.Engine.Loops)
        {
            if (loop.Index == 0)
            {
                loop.Post(_ => throw new TimeoutException("a callback's error"), null);
            }

            Assert.That(await Harness.RunAsync(loop, () => true), Is.True);
        }

        await Eventually.TrueAsync(() => Harness.Log.Contains("callback"), "the failure is logged");
    }

    [Test, CancelAfter(30_000)]
    public async Task A_handler_that_ends_off_its_loop_is_ended_on_it()
    {
        var listener = Harness.Listen(async connection =>
        {
            await connection.Output.WriteAsync("bye"u8.ToArray());
            await Task.Yield();
        });
        var client = await Harness.ConnectAsync(listener);
        var end = await client.ReadUntilClosedAsync();
        Assert.That(end.Bytes, Is.EqualTo("bye"u8.ToArray()));
        Assert.That(end.IsReset, Is.False);
        await Harness.AtRestAsync();
    }

    // The reset may overtake the client anywhere, even in its connect or its handshake.
    private async Task<bool> IsResetAsync(TransportListener listener, bool sends, bool plain = false)
    {
        try
        {
            using var client = await RawClient.ConnectAsync(listener.EndPoint, Token);
            if (Case.Tls && !plain)
            {
                await client.SecureAsClientAsync();
            }

            if (sends)
            {
                await client.WriteAsync("abc"u8.ToArray());
            }

            return (await client.ReadUntilClosedAsync()).IsReset;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return true;
        }
    }
}
