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
        /// <summary>
        /// How many looks in a row may find that the receiver has taken nothing: 5 s. Looks and not time, for a process that
        /// was held up has not looked.
        /// </summary>
        private const int MostLooksWithoutProgress = 100;

        // The kernel says when there is room to send, never when all has arrived.
        private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

        // Continuations run inline on purpose: the end comes from the loop's dispatch frame.
        private readonly TaskCompletionSource _ended = new();
        private readonly TcpRelay _relay;
        private readonly bool _clientIsLost;
        private long _handedOn;
        private long _undelivered;
        private int _looksWithoutProgress;

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
            if ((IsAllHandedOn && undelivered == 0) || Receiver.CloseReason != CloseReason.None || _looksWithoutProgress > MostLooksWithoutProgress)
            {
                End();
            }
            else if (!IsScheduled)
            {
                Schedule(_relay._client.Loop, Period);
            }
        }

        protected override void OnTimer()
        {
            // What was handed on in between is progress, too: then as much may be undelivered as before.
            var handedOn = _relay._bytesUp + _relay._bytesDown;
            var undelivered = Receiver.UndeliveredBytes;
            _looksWithoutProgress = (handedOn, undelivered) == (_handedOn, _undelivered) ? _looksWithoutProgress + 1 : 0;
            (_handedOn, _undelivered) = (handedOn, undelivered);
            Check();
        }

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
