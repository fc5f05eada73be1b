using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Peers that split, stall, reset and half-close at every byte of a short exchange.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.All))]
public sealed class ScriptedExchangeTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    private static readonly byte[] Request = "request:12345"u8.ToArray();
    private static readonly byte[] Answer = "answer:67890"u8.ToArray();

    [Test, CancelAfter(60_000)]
    public async Task Every_split_of_the_request_gives_the_same_answer()
    {
        var listener = Harness.Listen(ServeAsync);
        for (var at = 0; at <= Request.Length; at++)
        {
            var client = await Harness.ConnectAsync(listener);
            await new PeerScript().Reply(Request, at).Expect(Answer).HalfClose().ExpectEnd().Close().PlayAsync(client, Token);
        }

        var crumbs = await Harness.ConnectAsync(listener);
        await new PeerScript().Reply(Request, [.. Enumerable.Repeat(1, Request.Length)]).Expect(Answer).HalfClose().ExpectEnd().PlayAsync(crumbs, Token);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_peer_that_stalls_after_any_byte_is_answered_when_it_goes_on()
    {
        var listener = Harness.Listen(ServeAsync);
        var goOn = NewSource();
        var plays = new List<Task>();
        for (var at = 0; at < Request.Length; at++)
        {
            var client = await Harness.ConnectAsync(listener);
            plays.Add(new PeerScript()
                .Reply(Request.AsSpan(0, at)).Stall(goOn.Task).Reply(Request.AsSpan(at)).Expect(Answer).HalfClose().ExpectEnd()
                .PlayAsync(client, Token));
        }

        // All of them stall now; one that does not is answered meanwhile.
        var other = await Harness.ConnectAsync(listener);
        await new PeerScript().Reply(Request).Expect(Answer).HalfClose().ExpectEnd().PlayAsync(other, Token);
        Assert.That(plays.Any(play => play.IsCompleted), Is.False);
        goOn.SetResult();
        await Task.WhenAll(plays);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_reset_after_any_byte_of_the_request_is_an_error_to_its_reader()
    {
        for (var at = 0; at < Request.Length; at++)
        {
            var (error, bytes) = await EndAfterAsync(at, client => client.Reset());
            Assert.That(error, Is.InstanceOf<ConnectionAbortedException>(), $"after {at} bytes");
            Assert.That(bytes, Is.LessThanOrEqualTo(at));
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task A_half_close_after_any_byte_of_the_request_ends_the_stream_there()
    {
        for (var at = 0; at < Request.Length; at++)
        {
            var (error, bytes) = await EndAfterAsync(at, async client => await client.HalfCloseAsync());
            Assert.That(error, Is.Null, $"after {at} bytes");
            Assert.That(bytes, Is.EqualTo(at));
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task A_fin_alone_is_an_end_and_under_tls_a_truncation()
    {
        for (var at = 0; at < Request.Length; at++)
        {
            var (error, bytes) = await EndAfterAsync(at, client => client.SendFin());
            Assert.That(error, Case.Tls ? Is.InstanceOf<ConnectionAbortedException>() : Is.Null, $"after {at} bytes");
            Assert.That(bytes, Is.EqualTo(at));
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task A_backend_that_resets_after_any_byte_of_the_request_is_an_error_to_its_caller()
    {
        for (var at = 1; at <= Request.Length; at++)
        {
            var after = at;
            await using var backend = new ScriptedBackend(script => script.ResetAfter(after), Token, Case.Tls);
            Assert.That(await AskAsync(backend), Is.InstanceOf<ConnectionAbortedException>(), $"after {at} bytes");
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task A_backend_that_resets_after_any_byte_of_its_answer_is_an_error_to_its_caller()
    {
        for (var at = 0; at < Answer.Length; at++)
        {
            var after = at;
            await using var backend = new ScriptedBackend(
                script => script.Expect(Request).Reply(Answer.AsSpan(0, after)).Reset(), Token, Case.Tls);
            Assert.That(await AskAsync(backend), Is.InstanceOf<ConnectionAbortedException>(), $"after {at} bytes");
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task A_backend_may_half_close_before_it_answers()
    {
        await using var backend = new ScriptedBackend(script => script.Expect(Request).Reply(Answer).HalfClose().ExpectEnd(), Token, Case.Tls);
        Assert.That(await AskAsync(backend), Is.Null);
        await backend.PlayedAsync().WaitAsync(Token);
    }

    private static async Task ServeAsync(TransportConnection connection)
    {
        var request = await ReadExactlyAsync(connection.Input, Request.Length);
        Assert.That(request, Is.EqualTo(Request));
        await connection.Output.WriteAsync(Answer);
        await DrainAsync(connection);
    }

    /// <summary>Sends the first bytes of a request and ends; returns what the reader met and how many bytes it was given.</summary>
    private async Task<(Exception? Error, long Bytes)> EndAfterAsync(int at, Action<RawClient> end)
    {
        var started = NewSource();
        var met = NewSource<(Exception?, long)>();
        var listener = Harness.Listen(async connection =>
        {
            started.SetResult();
            long bytes = 0;
            try
            {
                while (true)
                {
                    var result = await connection.Input.ReadAsync();
                    bytes += result.Buffer.Length;
                    connection.Input.AdvanceTo(result.Buffer.End);
                    if (result.IsCompleted)
                    {
                        met.SetResult((null, bytes));
                        return;
                    }
                }
            }
            catch (ConnectionAbortedException exception)
            {
                met.SetResult((exception, bytes));
            }
        });
        var client = await Harness.ConnectAsync(listener);
        await started.Task.WaitAsync(Token);
        if (at > 0)
        {
            await client.WriteAsync(Request.AsMemory(0, at));
        }

        end(client);
        var outcome = await met.Task.WaitAsync(Token);
        await listener.StopAcceptingAsync();
        return outcome;
    }

    /// <summary>Dials, asks and reads the answer to its end; returns the error, if there was one.</summary>
    private Task<Exception?> AskAsync(ScriptedBackend backend)
    {
        var loop = Harness.Engine.Loops[^1];
        return Harness.RunAsync<Exception?>(loop, async () =>
        {
            await using var connection = await Harness.DialAsync(loop, backend.EndPoint);
            try
            {
                await connection.Output.WriteAsync(Request);
                var answer = await ReadAllAsync(connection.Input);
                return answer.AsSpan().SequenceEqual(Answer) ? null : new InvalidOperationException($"{answer.Length} bytes");
            }
            catch (ConnectionAbortedException exception)
            {
                return exception;
            }
        });
    }
}
