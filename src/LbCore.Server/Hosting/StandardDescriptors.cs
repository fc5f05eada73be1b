using System;
using System.IO;

namespace LbCore.Server.Hosting;

/// <summary>
/// Fills standard input, output and error when they came closed (<c>&gt;&amp;-</c>): the next socket would get such a
/// number, and then what is meant for standard output.
/// </summary>
internal static class StandardDescriptors
{
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
}
