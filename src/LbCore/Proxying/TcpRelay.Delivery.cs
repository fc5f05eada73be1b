using System;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>The part that lets what a lost side has sent arrive, before the other side is reset, too.</summary>
internal sealed partial class TcpRelay
{
    /// <summary>
    /// Resets the side that is left, once it has all that the lost one sent before: a reset at once would make the kernel
    /// drop what it still holds. A receiver that takes nothing is not waited for.
    /// </summary>
    private sealed class Delivery : LoopTimer
    {
        /// <summary>How long the receiver may take nothing, in milliseconds.</summary>
        private const long MostMillisecondsWithoutProgress = 5_000;

        // The kernel says when there is room to send, never when all has arrived.
        private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

        // Continuations run inline on purpose: the end comes from the loop's dispatch frame.
        private readonly TaskCompletionSource _ended = new();
        private readonly TcpRelay _relay;
        private readonly bool _clientIsLost;
        private long _undelivered = -1;
        private long _lastProgress;

        public Delivery(TcpRelay relay, bool clientIsLost)
        {
            _relay = relay;
            _clientIsLost = clientIsLost;
        }

        public Task Ended => _ended.Task;

        private bool IsAllHandedOn => _clientIsLost ? _relay._uploadEnded : _relay._downloadEnded;

        private TransportConnection Receiver => _relay.Side(client: !_clientIsLost);

        /// <summary>Looks how far it is, and goes on looking until it ends.</summary>
        public void Check()
        {
            if (_ended.Task.IsCompleted)
            {
                return;
            }

            var undelivered = Receiver.UndeliveredBytes;
            var now = _relay._client.Loop.Now;
            if (undelivered != _undelivered || _relay._lastActivity > _lastProgress)
            {
                _undelivered = undelivered;
                _lastProgress = now;
            }

            var isDelivered = IsAllHandedOn && undelivered == 0;
            if (isDelivered || Receiver.CloseReason != CloseReason.None || now - _lastProgress >= MostMillisecondsWithoutProgress)
            {
                End();
            }
            else if (!IsScheduled)
            {
                Schedule(_relay._client.Loop, Period);
            }
        }

        protected override void OnTimer() => Check();

        private void End()
        {
            Cancel();
            _relay.NoteFailure(_clientIsLost, CloseReason.PeerReset);
            Receiver.Abort(CloseReason.OtherSideAborted);
            _relay.Side(_clientIsLost).Abort(CloseReason.PeerReset);
            _ended.SetResult();
        }
    }
}
