using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>Contract, point 11: logs never block a loop, and who holds one is named.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
public sealed class NothingBlocksTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public async Task A_handler_that_holds_its_loop_is_counted_and_named()
    {
        var harness = Start(options => options with { StallThreshold = TimeSpan.FromMilliseconds(50) });
        using var hold = new ManualResetEventSlim();
        var listener = harness.Listen(async connection =>
        {
            var result = await connection.Input.ReadAsync();
            connection.Input.AdvanceTo(result.Buffer.End);
            hold.Wait(TimeSpan.FromSeconds(20));
            await connection.Output.WriteAsync("late"u8.ToArray());
        });
        var client = await harness.ConnectAsync(listener);
        await client.WriteAsync("abc"u8.ToArray());
        var address = TransportAddress.Format(client.LocalEndPoint);
        await Eventually.TrueAsync(() => harness.Engine.ReadCounters().Stalls > 0, "the stall is counted while it lasts");
        await Eventually.TrueAsync(() => harness.Log.Contains(address), $"the log names {address}");
        hold.Set();
        Assert.That(await client.ReadExactlyAsync(4), Is.EqualTo("late"u8.ToArray()));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_callback_that_holds_its_loop_is_named_once()
    {
        var harness = Start(options => options with { StallThreshold = TimeSpan.FromMilliseconds(20) });
        using var hold = new ManualResetEventSlim();
        harness.Engine.Loops[0].Post(HoldTheLoop, hold);
        await Eventually.TrueAsync(() => harness.Log.Contains("held"), "the log names who holds the loop");
        hold.Set();
        await harness.RunAsync(harness.Engine.Loops[0], () => true);
        Assert.That(harness.Engine.ReadCounters().Stalls, Is.GreaterThanOrEqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_log_that_does_not_keep_up_loses_entries_and_never_blocks_the_loop()
    {
        using var logger = new StuckLogger();
        const int Entries = 20_000;
        var engine = TransportEngine.Create(new TransportOptions { Engine = Case.Engine, Loops = 1 }, logger);
        try
        {
            var done = NewSource();
            engine.Loops[0].Post(
                _ =>
                {
                    for (var i = 0; i < Entries; i++)
                    {
                        engine.LoopLogger.Log(LogLevel.Information, default, i, null, static (number, _) => $"entry {number}");
                    }

                    done.SetResult();
                },
                null);
            await done.Task.WaitAsync(Token);
            Assert.That(engine.ReadCounters().DroppedLogEntries, Is.InRange(1, Entries));
            logger.Go();
            await Eventually.TrueAsync(() => logger.Contains("dropped"), "the log says that it has lost entries");
        }
        finally
        {
            logger.Go();
            await engine.DisposeAsync();
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task A_logger_that_throws_does_no_harm()
    {
        using var logger = new StuckLogger { Throws = true };
        logger.Go();
        var engine = TransportEngine.Create(new TransportOptions { Engine = Case.Engine, Loops = 1 }, logger);
        engine.LoopLogger.Log(LogLevel.Information, default, 1, null, static (number, _) => $"entry {number}");
        await Eventually.TrueAsync(() => engine.ReadCounters().DroppedLogEntries > 0, "it is counted as lost");
        await engine.DisposeAsync();
    }

    private static void HoldTheLoop(object? state) => ((ManualResetEventSlim)state!).Wait(TimeSpan.FromSeconds(20));

    /// <summary>A log that takes nothing until it is let go.</summary>
    private sealed class StuckLogger : ILogger, IDisposable
    {
        private readonly ManualResetEventSlim _go = new();
        private readonly RecordingLogger _log = new();

        public bool Throws { get; init; }

        public void Go() => _go.Set();

        public bool Contains(string text) => _log.Contains(text);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            _go.Wait(TimeSpan.FromSeconds(20));
            if (Throws)
            {
                throw new InvalidOperationException("this log is broken");
            }

            _log.Log(logLevel, eventId, state, exception, formatter);
        }

        public void Dispose() => _go.Dispose();
    }
}
