using System;
using System.IO;
using System.Runtime.InteropServices;
using LbCore.Transport.Epoll;
using Microsoft.Win32.SafeHandles;

namespace LbCore.Transport.Files;

/// <summary>
/// Represents a file, a pipe or standard output that bytes are appended to. What others append, or cut off, meanwhile stays
/// right. For one thread, which is never a loop's.
/// </summary>
/// <remarks>
/// On Linux opening never waits, also not for somebody to read a pipe, and writing waits for nobody but a disk: a pipe that
/// is full takes nothing. Standard output is the exception, since whether it blocks is a matter of all who share it.
/// </remarks>
public sealed class AppendFile : IDisposable
{
    private const nint StandardOutputNumber = 1;

    private readonly SafeFileHandle _handle;

    // Off Linux.
    private readonly FileStream? _stream;

    private AppendFile(SafeFileHandle handle, FileStream? stream)
    {
        _handle = handle;
        _stream = stream;
    }

    /// <summary>Gets whether whoever read the pipe is gone, so that only opening it again can help.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Opens a file; one that is not there is created, with the mode 0640 less the umask.</summary>
    /// <param name="path">A path; a relative one begins at the working directory.</param>
    /// <exception cref="IOException">It cannot be opened, and the message says why.</exception>
    public static AppendFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (OperatingSystem.IsLinux())
        {
            var handle = FileCalls.OpenToAppend(path);
            return handle.IsInvalid
                ? throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()))
                : new AppendFile(handle, null);
        }

        try
        {
            var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return new AppendFile(stream.SafeFileHandle, stream);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Opens standard output. It stays open when this is disposed of.</summary>
    public static AppendFile OpenStandardOutput()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new IOException("standard output cannot take a log on Windows");
        }

        var handle = new SafeFileHandle(StandardOutputNumber, ownsHandle: false);
        return new AppendFile(handle, OperatingSystem.IsLinux() ? null : new FileStream(handle, FileAccess.Write, bufferSize: 0));
    }

    /// <summary>Appends what is taken of bytes in two pieces. On Linux what is taken of both goes into a file as one piece.</summary>
    /// <param name="first">The first bytes, at least one.</param>
    /// <param name="second">Those that follow; may be empty.</param>
    /// <param name="error">Why it cannot be written; null when it was, or will be taken later.</param>
    /// <returns>How many bytes were written: all, or some, or none for now.</returns>
    public int Write(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, out string? error)
    {
        error = null;
        if (_stream is not null)
        {
            var count = WriteToStream(first, out error);
            return error is null && !second.IsEmpty ? count + WriteToStream(second, out error) : count;
        }

        var written = FileCalls.Write(_handle, first, second);
        if (written >= 0)
        {
            return (int)written;
        }

        var number = Marshal.GetLastPInvokeError();
        if (number != Libc.EAGAIN)
        {
            IsBroken = number == Libc.EPIPE;
            error = Marshal.GetPInvokeErrorMessage(number);
        }

        return 0;
    }

    /// <summary>Waits until a pipe that was full takes more, or the time is over.</summary>
    /// <param name="milliseconds">The time, 0 or more.</param>
    public void WaitToWrite(int milliseconds)
    {
        if (_stream is null)
        {
            FileCalls.WaitToWrite(_handle, milliseconds);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _stream?.Dispose();
        _handle.Dispose();
    }

    private int WriteToStream(ReadOnlySpan<byte> bytes, out string? error)
    {
        try
        {
            _stream!.Write(bytes);
            error = null;
            return bytes.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            error = e.Message;
            return 0;
        }
    }
}
