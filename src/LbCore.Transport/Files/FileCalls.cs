using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LbCore.Transport.Files;

/// <summary>Declares the system calls for files that are appended to. Linux only; they may block, so none is for a loop.</summary>
internal static unsafe partial class FileCalls
{
    public const int EINTR = 4;
    public const int ENXIO = 6;
    public const int EAGAIN = 11;
    public const int EPIPE = 32;

    private const int O_WRONLY = 0x1;
    private const int O_RDWR = 0x2;
    private const int O_CREAT = 0x40;
    private const int O_NOCTTY = 0x100;
    private const int O_APPEND = 0x400;
    private const int O_NONBLOCK = 0x800;
    private const int O_CLOEXEC = 0x80000;
    private const short POLLOUT = 0x4;

    // rw-r-----, and the umask: who may read it is told who asked for what.
    private const uint Mode = 0x1A0;

    /// <summary>Opens a path to append to. The result is invalid when it cannot, and then the last error says why.</summary>
    public static SafeFileHandle OpenToAppend(string path)
    {
        const int Flags = O_CREAT | O_NOCTTY | O_APPEND | O_NONBLOCK | O_CLOEXEC;
        var handle = Open(path, Flags | O_WRONLY, Mode);

        // A pipe that nobody reads yet. Open for both it takes what fits, and whoever comes to read later finds it.
        return handle.IsInvalid && Marshal.GetLastPInvokeError() == ENXIO ? Open(path, Flags | O_RDWR, Mode) : handle;
    }

    /// <summary>Writes what is taken, and returns how many bytes that was; below zero when there was an error.</summary>
    public static nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* source = bytes)
        {
            nint written;
            do
            {
                written = Write(file, source, (nuint)bytes.Length);
            }
            while (written < 0 && Marshal.GetLastPInvokeError() == EINTR);
            return written;
        }
    }

    /// <summary>Waits until the file takes bytes, or the time is over.</summary>
    public static void WaitToWrite(SafeFileHandle file, int milliseconds)
    {
        var poll = new PollDescriptor { Descriptor = (int)file.DangerousGetHandle(), Events = POLLOUT };
        _ = Poll(&poll, 1, milliseconds);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte* source, nuint length);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    /// <summary>Is struct pollfd.</summary>
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
