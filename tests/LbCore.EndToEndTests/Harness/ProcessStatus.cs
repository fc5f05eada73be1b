using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Reads what the kernel tells about a process.</summary>
internal static class ProcessStatus
{
    /// <summary>Is the kernel's tick in /proc: always 100 a second, whatever its own timer does (proc(5), USER_HZ).</summary>
    public const int TicksPerSecond = 100;

    /// <summary>Returns user and system time so far, in ticks.</summary>
    public static long CpuTicks(int processId)
    {
        // The second field is the program's name in parentheses and may hold anything; the numbers begin after the last one.
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    /// <summary>Returns resident memory in KiB.</summary>
    public static long ResidentKiB(int processId) => StatusKiB(processId, "VmRSS:");

    /// <summary>Returns the most that resident memory has ever been, in KiB.</summary>
    public static long PeakResidentKiB(int processId) => StatusKiB(processId, "VmHWM:");

    /// <summary>Returns how many descriptors are open, and how many of them are sockets.</summary>
    /// <remarks>The runtime keeps two descriptors for every assembly and some for every thread, so their sum alone says little.</remarks>
    public static (int All, int Sockets) Descriptors(int processId)
    {
        var all = Directory.GetFileSystemEntries($"/proc/{processId}/fd");
        return (all.Length, all.Count(IsSocket));
    }

    private static long StatusKiB(int processId, string name)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static bool IsSocket(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // Closed between the listing and the look.
            return false;
        }
    }
}
