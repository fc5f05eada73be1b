using System;
using System.Threading;

namespace LbCore.Transport.Epoll;

/// <summary>
/// Keeps the process away from its limit of open files. At the limit itself the .NET runtime cannot start a thread and
/// ends the process, and a connection that was accepted finds no descriptor for its backend.
/// </summary>
/// <remarks>
/// The kernel gives out the lowest free number, so the number of a new descriptor says how many are left. Some of them are
/// spoken for: whoever was accepted will want one towards a backend, at once in mode tcp and with its first request in mode
/// http. Claims are for those on their way from one loop to another, and for dials that wait.
/// </remarks>
internal static unsafe class DescriptorHeadroom
{
    private const int LeastReserve = 16;
    private const int MostReserve = 256;
    private const int RuntimeReserve = 8;
    private const int LimitOfOpenFiles = 7;

    private static volatile int s_limit;
    private static volatile int s_ceiling = ReadCeiling();
    private static int s_claims;
    private static int s_unmatched;

    /// <summary>Claims a descriptor for an accepted connection that has not dialled yet, or for a dial that waits for one.</summary>
    public static void Claim() => Interlocked.Increment(ref s_claims);

    /// <summary>Ends a claim: the descriptor was taken, or nobody wants it any more.</summary>
    public static void Yield() => Interlocked.Decrement(ref s_claims);

    /// <summary>Counts a connection in.</summary>
    public static void OnOpened(bool isDialled) => _ = isDialled ? Interlocked.Decrement(ref s_unmatched) : Interlocked.Increment(ref s_unmatched);

    /// <summary>Counts a connection out.</summary>
    public static void OnClosed(bool isDialled) => OnOpened(!isDialled);

    /// <summary>Returns whether a new descriptor is so high that accepting should rest.</summary>
    public static bool IsReached(int descriptor) =>
        descriptor + Volatile.Read(ref s_claims) + Math.Max(Volatile.Read(ref s_unmatched), 0) >= s_ceiling;

    /// <summary>Returns whether a new descriptor is so high that it is better given back: the runtime needs a few.</summary>
    public static bool IsForRuntime(int descriptor) => descriptor >= s_limit - RuntimeReserve;

    /// <summary>Returns whether there is room again. Reads the limit anew: an operator may have raised it.</summary>
    public static bool IsFree()
    {
        s_ceiling = ReadCeiling();
        var probe = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC);
        if (probe < 0)
        {
            return false;
        }

        _ = Libc.Close(probe);
        return !IsReached(probe);
    }

    private static int ReadCeiling()
    {
        var limit = stackalloc ulong[2];
        if (!OperatingSystem.IsLinux() || Libc.GetLimit(LimitOfOpenFiles, limit) != 0 || limit[0] > int.MaxValue)
        {
            s_limit = int.MaxValue;
            return int.MaxValue;
        }

        var soft = (int)limit[0];
        s_limit = soft;
        return soft - Math.Clamp(soft / 16, LeastReserve, MostReserve);
    }
}
