using System;
using System.IO;
using System.Threading.Tasks;

namespace LbCore.Transport;

/// <summary>Is the reader of a <see cref="StreamConnection"/>.</summary>
/// <remarks>
/// One pump reads the filter, and only when somebody wants more. A cancelled read leaves the pump where it is, because
/// filters do not survive a cancelled read; the next read takes what it brings.
/// </remarks>
internal sealed class StreamConnectionReader : LoopReader
{
    private const string Owner = "filter reader";

    private readonly StreamConnectionSignal _demand = new();
    private Exception? _error;
    private bool _started;
    private bool _pumping;

    public StreamConnectionReader(StreamConnection connection)
        : base(connection)
    {
    }

    private StreamConnection Filtered => (StreamConnection)Connection;

    private bool CanComplete => HasResult || _error is not null || IsFull;

    /// <summary>Ends the pump, and with it all reading.</summary>
    internal void Stop() => _demand.Stop();

    /// <summary>Makes reads fail from now on and wakes the pending one. From the run queue.</summary>
    internal void OnAborted(Exception error)
    {
        _error ??= error;
        SignalIfPossible();
    }

    protected override bool TryReceive()
    {
        if (!CanComplete && !_pumping)
        {
            if (!_started)
            {
                _started = true;
                _ = PumpAsync();
            }

            _demand.Set();
        }

        return CanComplete;
    }

    protected override Exception? Failure() => _error;

    private async Task PumpAsync()
    {
        while (await _demand.WaitAsync().ConfigureAwait(false))
        {
            _pumping = true;
            try
            {
                await FillAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // Whatever a filter throws, it cannot go on; the reader gets it as the cause.
                await Filtered.ReturnToLoop();
                _error ??= Filtered.Fail(exception);
            }

            SignalIfPossible();
            _pumping = false;
            if (IsWaiting && !CanComplete)
            {
                _demand.Set();
            }
        }
    }

    private async ValueTask FillAsync()
    {
        if (_received.Buffered == 0)
        {
            // Waits without holding a block; the bytes stay in the filter until the next read.
            await Filtered.Filter.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            await Filtered.ReturnToLoop();
            if (IsCompleted)
            {
                return;
            }
        }

        if (!_received.TryMakeRoom(Loop.Buffers, Owner, Loop.Options.MaxBufferedBytes))
        {
            return;
        }

        var block = _received.Target;
        var offset = _received.TargetOffset;
        var count = 0;

        // The filter's own hold: whatever the reader releases meanwhile, nobody else gets this block.
        block.AddReference();
        try
        {
            count = await Filtered.Filter.ReadAsync(block.Memory[offset..]).ConfigureAwait(false);
        }
        finally
        {
            await Filtered.ReturnToLoop();
            _received.AddHeld(block, offset, IsCompleted ? 0 : count);
        }

        if (count > 0)
        {
            return;
        }

        if (Filtered.IsTruncated)
        {
            _error ??= new ConnectionAbortedException(
                CloseReason.PeerReset, new EndOfStreamException("The peer sent FIN without close_notify."));
        }
        else
        {
            EndOfStream = true;
        }
    }

    private void SignalIfPossible()
    {
        if (CanComplete)
        {
            SignalUnlessQueued();
        }
    }
}
