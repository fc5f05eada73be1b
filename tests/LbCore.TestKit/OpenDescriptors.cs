using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace LbCore.TestKit;

/// <summary>Asks the system for this process's open descriptors, where it tells.</summary>
public static class OpenDescriptors
{
    private const string Folder = "/proc/self/fd";

    public static bool CanCount => OperatingSystem.IsLinux();

    /// <summary>Counts them, the one that counting itself takes excluded.</summary>
    public static int Count() => Directory.GetFileSystemEntries(Folder).Length - 1;

    /// <summary>Counts open sockets only, which other parts of the runtime do not open on the side.</summary>
    public static int CountSockets() => Links().Count(static link => link.StartsWith("socket:", StringComparison.Ordinal));

    /// <summary>Lists what they are: <c>socket:[inode]</c>, where no two sockets have the same, <c>anon_inode:[eventfd]</c>, a path.</summary>
    public static IReadOnlyList<string> Links() =>
        [.. Directory.GetFileSystemEntries(Folder).Select(static path => new FileInfo(path).LinkTarget).OfType<string>()];

    /// <summary>Says what a descriptor is; null when it is closed.</summary>
    public static string? Link(int descriptor) =>
        new FileInfo(string.Create(CultureInfo.InvariantCulture, $"{Folder}/{descriptor}")).LinkTarget;
}
