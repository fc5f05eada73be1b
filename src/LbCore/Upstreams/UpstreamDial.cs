using System;
using System.Net.Sockets;
using System.Threading.Tasks;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>
/// Dials one backend for a place already reserved, and lets the caller stop waiting: a dial in the kernel's hands cannot
/// be taken back, but the client that it was for may be gone.
/// </summary>
internal sealed class UpstreamDial
{
    // Continuations run inline on purpose: the dial's end and GiveUp both come from the loop's dispatch frame.
    private readonly TaskCompletionSource<DialResult> _result = new();
    private readonly BackendState _state;

    private UpstreamDial(BackendState state) => _state = state;

    /// <summary>Gets the result: <see cref="DialStatus.Canceled"/> after <see cref="GiveUp"/>.</summary>
    public Task<DialResult> Result => _result.Task;

    public static UpstreamDial Start(EventLoop loop, Backend backend, DialOptions options)
    {
        var dial = new UpstreamDial(backend.State);
        _ = dial.RunAsync(loop, backend, options);
        return dial;
    }

    /// <summary>
    /// Ends the wait, which must not have ended yet. From here on the dial closes what it gets, and releases the
    /// reservation when the kernel is done with it: until then the backend does carry the connection.
    /// </summary>
    public void GiveUp() => _result.SetResult(new DialResult(DialStatus.Canceled, SocketError.OperationAborted));

    // Nobody awaits this task, so nothing may escape from it.
    private async Task RunAsync(EventLoop loop, Backend backend, DialOptions options)
    {
        DialResult result;
        try
        {
            result = await loop.DialAsync(backend.EndPoint, options).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Dialling reports the network's failures as results: this is a fault of ours, for the root task to report.
            if (!_result.TrySetException(e))
            {
                _state.Release(failed: false);
            }

            return;
        }

        if (_result.TrySetResult(result))
        {
            return;
        }

        if (result.Connection is { } connection)
        {
            connection.Abort(CloseReason.OtherSideAborted);
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        _state.Release(failed: false);
    }
}
