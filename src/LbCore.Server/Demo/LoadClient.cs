using System;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.Server.Demo;

/// <summary>
/// Is one client of the load: sends a request, waits for its answer, checks it, and waits for its next turn. In mode http it
/// keeps its connection; in mode tcp each request has a connection of its own, because a backend is picked for a connection.
/// </summary>
internal sealed class LoadClient
{
    /// <summary>How long an answer may take before the request counts as lost.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // A client that has fallen behind catches up with at most so much of its schedule.
    private static readonly TimeSpan MostBehind = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    private readonly EventLoop _loop;
    private readonly LoadTarget _target;
    private readonly LoadReport _report;
    private readonly TimeSpan _interval;
    private readonly Deadline _deadline = new();
    private TransportConnection? _connection;

    /// <param name="loop">Where it lives.</param>
    /// <param name="target">Whom it asks.</param>
    /// <param name="report">Whom it tells what came of each request.</param>
    /// <param name="interval">The time from one request to the next.</param>
    public LoadClient(EventLoop loop, LoadTarget target, LoadReport report, TimeSpan interval)
    {
        _loop = loop;
        _target = target;
        _report = report;
        _interval = interval;
    }

    /// <summary>Sends requests until it is told to stop; the one under way is ended first.</summary>
    /// <param name="firstAfter">How long it waits before the first one.</param>
    /// <param name="stop">Tells it to stop.</param>
    public async Task RunAsync(TimeSpan firstAfter, CancellationToken stop)
    {
        await _loop.SwitchTo();
        var clock = Stopwatch.StartNew();
        var due = firstAfter;
        while (!stop.IsCancellationRequested)
        {
            if (due - clock.Elapsed >= ShortestPause)
            {
                await Task.Delay(due - clock.Elapsed, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await _loop.SwitchTo();
                continue;
            }

            await RequestAsync().ConfigureAwait(false);
            due += _interval;
            var earliest = clock.Elapsed - MostBehind;
            due = due < earliest ? earliest : due;
        }

        await CloseAsync().ConfigureAwait(false);
    }

    private async Task RequestAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        var path = string.Create(CultureInfo.InvariantCulture, $"/{_target.Scheme}/{_report.NextId()}");
        if (!await ConnectAsync(begun, path).ConfigureAwait(false))
        {
            return;
        }

        var connection = _connection!;
        _deadline.Set(_loop, connection);
        var isLast = _target.IsTcp ? "Connection: close\r\n" : "";
        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: demo\r\n{isLast}\r\n")).ConfigureAwait(false);
        var answer = await LoadAnswer.ReadAsync(connection.Input).ConfigureAwait(false);
        var hasTimedOut = _deadline.End();
        Take(answer, path, begun, hasTimedOut);
        if (answer.IsLast || !answer.IsWhole)
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> ConnectAsync(long begun, string path)
    {
        if (_connection is { } open && (open.Peer != PeerState.Open || open.CloseReason != CloseReason.None))
        {
            // It ended between two requests, which is anybody's right.
            await CloseAsync().ConfigureAwait(false);
        }

        if (_connection is not null)
        {
            return true;
        }

        var dial = await _loop.DialAsync(_target.Address, new DialOptions { Timeout = Timeout }).ConfigureAwait(false);
        _connection = dial.Connection;
        if (_connection is null)
        {
            Fail(FailureKind.NotConnected, begun, $"{path}: the listener could not be connected to: {dial.Status} {dial.Error}");
        }

        return _connection is not null;
    }

    private void Take(LoadAnswer answer, string path, long begun, bool hasTimedOut)
    {
        if (!answer.IsWhole)
        {
            var (kind, how) = hasTimedOut ? (FailureKind.TimedOut, "no whole answer within " + Configuration.Duration.Format(Timeout))
                : answer.HasBegun ? (FailureKind.CutOff, "the answer was cut off")
                : (FailureKind.ClosedUnanswered, "the connection ended without an answer");
            Fail(kind, begun, $"{path}: {how}", answer.Backend);
        }
        else if (answer.Backend.Length == 0 && answer.Status != 200)
        {
            // The load balancer's own, which says nothing of the request.
            Fail(
                answer.Status == 502 ? FailureKind.BadGateway : FailureKind.WrongStatus,
                begun,
                string.Create(CultureInfo.InvariantCulture, $"{path}: {answer.Status} of the load balancer"));
        }
        else if (!_report.IsBackend(answer.Backend) || answer.Text != DemoBackend.TextFor(answer.Backend, answer.Number, path))
        {
            var text = answer.Text.ReplaceLineEndings(" ");
            Fail(FailureKind.WrongAnswer, begun, string.Create(CultureInfo.InvariantCulture, $"{path}: the answer was not the one to this request: {answer.Status} {text}"));
        }
        else
        {
            TakeOwn(answer, path, begun);
        }
    }

    /// <summary>Takes the whole answer of a backend to this very request.</summary>
    private void TakeOwn(LoadAnswer answer, string path, long begun)
    {
        if (answer.Status == 200)
        {
            _report.Answered(answer.Backend, Stopwatch.GetElapsedTime(begun));
        }
        else if (answer.Status == 503 && answer.IsAnnouncedFault)
        {
            _report.AnnouncedFault();
        }
        else
        {
            Fail(
                FailureKind.WrongStatus, begun, string.Create(CultureInfo.InvariantCulture, $"{path}: {answer.Status} of backend {answer.Backend}"));
        }
    }

    private void Fail(FailureKind kind, long begun, string detail, string backend = "") =>
        _report.Failed(new RequestFailure(kind, _target.IsTcp, begun, Stopwatch.GetTimestamp(), backend, detail));

    private async ValueTask CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Resets a connection whose answer does not come.</summary>
    private sealed class Deadline : LoopTimer
    {
        private TransportConnection? _connection;
        private bool _hasPassed;

        public void Set(EventLoop loop, TransportConnection connection)
        {
            (_connection, _hasPassed) = (connection, false);
            Schedule(loop, Timeout);
        }

        /// <summary>Unsets it. Returns whether it had passed.</summary>
        public bool End()
        {
            Cancel();
            return _hasPassed;
        }

        protected override void OnTimer()
        {
            _hasPassed = true;
            _connection!.Abort(CloseReason.IdleTimeout);
        }
    }
}
