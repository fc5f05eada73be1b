using System.Runtime.InteropServices;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Sends signals. The numbers are Linux's.</summary>
internal static partial class Signal
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int Terminate = 15;

    /// <summary>Sends a signal to a process that a test has started.</summary>
    public static void Send(int processId, int signal) => _ = SendCore(processId, signal);

    /// <summary>Sends a signal to a process that leads a group, and to all of the group.</summary>
    public static void SendToGroup(int leaderId, int signal) => _ = SendCore(-leaderId, signal);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendCore(int processId, int signal);
}
