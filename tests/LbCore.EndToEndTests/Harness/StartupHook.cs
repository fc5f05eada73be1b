using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

/// <summary>
/// Is loaded by the .NET runtime into an lbcore that a test starts with DOTNET_STARTUP_HOOKS, to break it from inside
/// without a hook in the product: on SIGUSR1 it closes the epoll instances. The runtime wants this name, without a namespace.
/// </summary>
internal static partial class StartupHook
{
    private static readonly List<PosixSignalRegistration> Registrations = [];

    public static void Initialize() => Registrations.Add(PosixSignalRegistration.Create((PosixSignal)10, static context =>
    {
        context.Cancel = true;
        foreach (var entry in new DirectoryInfo("/proc/self/fd").GetFileSystemInfos())
        {
            if (entry.LinkTarget?.Contains("[eventpoll]", StringComparison.Ordinal) == true)
            {
                _ = Close(int.Parse(entry.Name, System.Globalization.CultureInfo.InvariantCulture));
            }
        }
    }));

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
