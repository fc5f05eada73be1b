using System;
using System.Runtime.InteropServices;
using LbCore.Transport.Epoll;
using Microsoft.Win32.SafeHandles;

namespace LbCore.Transport.Files;

/// <summary>Declares the system calls for files that are appended to. Linux only; they may block, so none is for a loop.</summary>
internal static unsafe partial class FileCalls
{
    public const int ENXIO = 6;

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
        var handle = OpenUninterrupted(path, Flags | O_WRONLY);

        // A pipe that nobody reads yet. Open for both it takes what fits, and whoever comes to read later finds it.
        return handle.IsInvalid && Marshal.GetLastPInvokeError() == ENXIO ? OpenUninterrupted(path, Flags | O_RDWR) : handle;
    }

    /// <summary>Writes what is taken of two pieces, in one call. Returns how many bytes that was; below zero when there was an error.</summary>
    public static nint Write(SafeFileHandle file, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        fixed (byte* firstBytes = first, secondBytes = second)
        {
            var vectors = stackalloc Libc.IoVector[2];
            vectors[0] = new Libc.IoVector { Base = firstBytes, Length = (nuint)first.Length };
            vectors[1] = new Libc.IoVector { Base = secondBytes, Length = (nuint)second.Length };
            nint written;
            do
            {
                written = WriteVector(file, vectors, second.IsEmpty ? 1 : 2);
            }
            while (written < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR);
            return written;
        }
    }

    /// <summary>Waits until the file takes bytes, or the time is over.</summary>
    public static void WaitToWrite(SafeFileHandle file, int milliseconds)
    {
        var poll = new Libc.PollDescriptor { Descriptor = (int)file.DangerousGetHandle(), Events = POLLOUT };
        _ = Poll(&poll, 1, milliseconds);
    }

    private static SafeFileHandle OpenUninterrupted(string path, int flags)
    {
        SafeFileHandle handle;
        do
        {
            handle = Open(path, flags, Mode);
        }
        while (handle.IsInvalid && Marshal.GetLastPInvokeError() == Libc.EINTR);
        return handle;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    private static partial nint WriteVector(SafeFileHandle file, Libc.IoVector* vectors, int count);

    // Not the one of the loops, which suppresses the GC transition and so may not wait.
    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(Libc.PollDescriptor* descriptors, nuint count, int timeout);
}
