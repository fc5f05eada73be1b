using System;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>
/// Closes a connection whose peer may still be sending: closing with unread bytes would make the kernel send a reset,
/// which can destroy the answer on its way (RFC 9112 section 9.6).
/// </summary>
internal sealed class LingeringClose : LoopTimer
{
    private readonly TransportConnection _connection;
    private bool _timedOut;

    private LingeringClose(TransportConnection connection) => _connection = connection;

    public static ValueTask RunAsync(TransportConnection connection, TimeSpan timeout, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxBytes, 0);
        return new LingeringClose(connection).RunAsync(timeout, maxBytes);
    }

    protected override void OnTimer()
    {
        _timedOut = true;
        _connection.Input.CancelPendingRead();
    }

    private async ValueTask RunAsync(TimeSpan timeout, long maxBytes)
    {
        Schedule(_connection.Loop, timeout);
        try
        {
            _connection.ShutdownSend();
            while (maxBytes > 0 && !_timedOut)
            {
                var read = await _connection.Input.ReadAsync().ConfigureAwait(false);
                maxBytes -= read.Buffer.Length;
                _connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (ConnectionAbortedException)
        {
            // The peer is gone, which is the end that was waited for.
        }
        finally
        {
            Cancel();
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
