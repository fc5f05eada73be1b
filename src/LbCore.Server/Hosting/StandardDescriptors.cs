using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace LbCore.Server.Hosting;

/// <summary>
/// Fills standard input, output and error when they came closed (<c>&gt;&amp;-</c>): the next socket would get such a
/// number, and then what is meant for standard output.
/// </summary>
internal static class StandardDescriptors
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    public static void Occupy()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            while (true)
            {
                var handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                if (handle.DangerousGetHandle() > StandardError)
                {
                    handle.Dispose();
                    return;
                }

                // It stays open for as long as the process lives.
                handle.SetHandleAsInvalid();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /dev/null it stays as it was.
        }
    }

    /// <summary>Opens standard output for whoever writes all of its own.</summary>
    public static Stream OpenOutput() => Open(StandardOutput) ?? Console.OpenStandardOutput();

    /// <summary>Opens standard error for whoever writes all of its own.</summary>
    public static Stream OpenError() => Open(StandardError) ?? Console.OpenStandardError();

    // The console's own stream holds Console.Out's lock while it writes, for as long as a pipe is full. But in a file this
    // one keeps a position of its own, and would overwrite what others write into the same file; and files do not block.
    private static FileStream? Open(int descriptor)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? null : stream;
    }
}
