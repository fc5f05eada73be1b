using System;
using System.IO;

namespace LbCore.TestKit;

/// <summary>Counts this process's open descriptors, where the system tells.</summary>
public static class OpenDescriptors
{
    public static bool CanCount => OperatingSystem.IsLinux();

    /// <summary>Counts them, the one that counting itself takes excluded.</summary>
    public static int Count() => Directory.GetFileSystemEntries("/proc/self/fd").Length - 1;

    /// <summary>Counts open sockets only, which other parts of the runtime do not open on the side.</summary>
    public static int CountSockets()
    {
        var sockets = 0;
        foreach (var path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            try
            {
                sockets += new FileInfo(path).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true ? 1 : 0;
            }
            catch (IOException)
            {
                // It was closed between listing and looking.
            }
        }

        return sockets;
    }
}
