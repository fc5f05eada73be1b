using System;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>The part that lets what a lost side has sent arrive, before the other side is reset, too.</summary>
internal abstract partial class Relay
{
    /// <summary>
    /// Resets the side that is left, once it has all that the lost one sent before: a reset at once would make the kernel
    /// drop what it still holds. For how long a receiver may take nothing is the idle timeout's business, as always: one
    /// that reads steadily, but slowly, opens its window only when half its buffer is free, which may take minutes.
    /// </summary>
    private sealed class Delivery : LoopTimer
    {
        // The kernel says when there is room to send, never when all has arrived: so it is looked at, less and less often.
        private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(50);
        private static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(1);

        // Continuations run inline on purpose: the end comes from the loop's dispatch frame.
        private readonly TaskCompletionSource _ended = new();
        private readonly Relay _relay;
        private readonly bool _clientIsLost;
        private TimeSpan _period = ShortestPeriod;

        public Delivery(Relay relay, bool clientIsLost)
        {
            _relay = relay;
            _clientIsLost = clientIsLost;
        }

        public Task Ended => _ended.Task;

        private bool IsAllHandedOn => _clientIsLost ? _relay._uploadEnded : _relay._downloadEnded;

        private TransportConnection Receiver => _relay.Side(client: !_clientIsLost);

        /// <summary>Looks how far it is, and goes on looking until all has arrived or the receiver is lost, too.</summary>
        public void Check()
        {
            if (_ended.Task.IsCompleted)
            {
                return;
            }

            if ((IsAllHandedOn && Receiver.UndeliveredBytes == 0) || IsLost(Receiver))
            {
                End();
            }
            else if (!IsScheduled)
            {
                Schedule(_relay._client.Loop, _period);
                _period = _period * 2 < LongestPeriod ? _period * 2 : LongestPeriod;
            }
        }

        protected override void OnTimer() => Check();

        private void End()
        {
            Cancel();
            Receiver.Abort(CloseReason.OtherSideAborted);
            _relay.Side(_clientIsLost).Abort(CloseReason.PeerReset);
            _ended.SetResult();
        }
    }
}
