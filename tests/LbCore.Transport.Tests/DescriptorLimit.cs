using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LbCore.Transport.Tests;

/// <summary>Lowers this process's limit of open descriptors and puts it back. Everything in the process feels it.</summary>
internal sealed partial class DescriptorLimit : IDisposable
{
    private const int NumberOfFiles = 7;

    private readonly Limit _before;

    private DescriptorLimit(Limit before) => _before = before;

    public static DescriptorLimit Lower(int limit)
    {
        var before = default(Limit);
        Check(GetLimit(NumberOfFiles, ref before));
        var lowered = new Limit { Soft = (ulong)limit, Hard = before.Hard };
        Check(SetLimit(NumberOfFiles, in lowered));
        return new DescriptorLimit(before);
    }

    public void Dispose() => Check(SetLimit(NumberOfFiles, in _before));

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
