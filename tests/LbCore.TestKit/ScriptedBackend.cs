using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace LbCore.TestKit;

/// <summary>Listens on a free port and plays one script to each connection that it accepts.</summary>
/// <example><c>new ScriptedBackend(script => script.Expect("ping"u8).Reply("pong"u8).Close(), token)</c>.</example>
public sealed class ScriptedBackend : IAsyncDisposable
{
    private readonly RawListener _listener;
    private readonly PeerScript _script = new();
    private readonly CancellationTokenSource _end;
    private readonly List<RawClient> _peers = [];
    private readonly List<Task> _plays = [];
    private readonly Task _accepting;
    private readonly bool _tls;

    public ScriptedBackend(Action<PeerScript> write, CancellationToken token, bool tls = false, int bufferSize = 0, EndPoint? endPoint = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        write(_script);
        _tls = tls;
        _end = CancellationTokenSource.CreateLinkedTokenSource(token);
        _listener = new RawListener(_end.Token, endPoint, bufferSize: bufferSize);
        _accepting = _script.NeverAccepts ? Task.CompletedTask : AcceptAsync();
    }

    public EndPoint EndPoint => _listener.EndPoint;

    public int Accepted
    {
        get
        {
            lock (_plays)
            {
                return _plays.Count;
            }
        }
    }

    /// <summary>Completes when every script so far has been played to its end; fails when the other side strayed from one.</summary>
    public Task PlayedAsync()
    {
        lock (_plays)
        {
            return Task.WhenAll(_plays.ToArray());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] plays;
        lock (_plays)
        {
            plays = [.. _plays];
        }

        await Task.WhenAll(plays).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _peers.ForEach(peer => peer.Dispose());
        _end.Dispose();

        // A script that ran into the teardown is no failure; one that met the wrong bytes is.
        foreach (var failed in plays.Where(play => play.Exception?.GetBaseException() is AssertionException))
        {
            await failed.ConfigureAwait(false);
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var peer = await _listener.AcceptAsync().ConfigureAwait(false);
            lock (_plays)
            {
                _peers.Add(peer);
                _plays.Add(PlayAsync(peer));
            }
        }
    }

    private async Task PlayAsync(RawClient peer)
    {
        if (_tls)
        {
            await peer.SecureAsServerAsync().ConfigureAwait(false);
        }

        await _script.PlayAsync(peer, _end.Token).ConfigureAwait(false);
    }
}
