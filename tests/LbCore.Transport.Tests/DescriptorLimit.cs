using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Threading;

namespace LbCore.Transport.Tests;

/// <summary>Lowers this process's limit of open descriptors and puts it back. Everything in the process feels it.</summary>
internal sealed partial class DescriptorLimit : IDisposable
{
    private const int NumberOfFiles = 7;

    private readonly Limit _before;

    private DescriptorLimit(Limit before) => _before = before;

    public static DescriptorLimit Lower(int limit)
    {
        StartThreads();
        var before = default(Limit);
        Check(GetLimit(NumberOfFiles, ref before));
        var lowered = new Limit { Soft = (ulong)limit, Hard = before.Hard };
        Check(SetLimit(NumberOfFiles, in lowered));
        return new DescriptorLimit(before);
    }

    public void Dispose() => Check(SetLimit(NumberOfFiles, in _before));

    // The runtime ends the process when it cannot start a thread for want of descriptors: those that may be needed soon
    // are started before, and idle for a while.
    private static void StartThreads()
    {
        const int Threads = 12;
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Threads), completions);
        var together = new CountdownEvent(Threads);
        for (var i = 0; i < Threads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static all =>
                {
                    all.Signal();
                    all.Wait(TimeSpan.FromSeconds(5));
                },
                together,
                preferLocal: false);
        }

        together.Wait(TimeSpan.FromSeconds(5));
        ThreadPool.SetMinThreads(workers, completions);
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ref Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
