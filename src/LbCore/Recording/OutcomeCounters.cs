using System.Runtime.InteropServices;
using System.Threading;

namespace LbCore.Recording;

/// <summary>Counts outcomes over all loops.</summary>
internal sealed class OutcomeCounters
{
    private Figures _figures;

    /// <summary>Gets how many connections have ended.</summary>
    public long Recorded => Volatile.Read(ref _figures.Recorded);

    public long FailedByClient => Volatile.Read(ref _figures.FailedByClient);

    public long FailedByProxy => Volatile.Read(ref _figures.FailedByProxy);

    public long FailedByBackend => Volatile.Read(ref _figures.FailedByBackend);

    /// <summary>Gets how many attempts came after the first one of their connection.</summary>
    public long Retries => Volatile.Read(ref _figures.Retries);

    public long BytesUp => Volatile.Read(ref _figures.BytesUp);

    public long BytesDown => Volatile.Read(ref _figures.BytesDown);

    public void Add(in ConnectionOutcome outcome)
    {
        Interlocked.Increment(ref _figures.Recorded);
        switch (outcome.FailedBy)
        {
            case FailureSource.Client:
                Interlocked.Increment(ref _figures.FailedByClient);
                break;
            case FailureSource.Proxy:
                Interlocked.Increment(ref _figures.FailedByProxy);
                break;
            case FailureSource.Backend:
                Interlocked.Increment(ref _figures.FailedByBackend);
                break;
        }

        if (outcome.Attempts.Count > 1)
        {
            Interlocked.Add(ref _figures.Retries, outcome.Attempts.Count - 1);
        }

        Interlocked.Add(ref _figures.BytesUp, outcome.BytesUp);
        Interlocked.Add(ref _figures.BytesDown, outcome.BytesDown);
    }

    // One line for all, as one connection's end writes them together; the padding keeps other objects off it.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Figures
    {
        [FieldOffset(64)]
        public long Recorded;

        [FieldOffset(72)]
        public long FailedByClient;

        [FieldOffset(80)]
        public long FailedByProxy;

        [FieldOffset(88)]
        public long FailedByBackend;

        [FieldOffset(96)]
        public long Retries;

        [FieldOffset(104)]
        public long BytesUp;

        [FieldOffset(112)]
        public long BytesDown;
    }
}
