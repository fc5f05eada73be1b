using System;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LbCore.LoadTool;

/// <summary>Waits for many sockets on the calling thread: level-triggered epoll.</summary>
/// <remarks>
/// Async sockets would bring the runtime's epoll thread and the thread pool into play: two hops a message on the core
/// that the proxy is measured on. Here the tool is one thread, and its cost is the same for every proxy.
/// </remarks>
internal sealed unsafe partial class Poller : IDisposable
{
    private const int MaxEvents = 1024;
    private const int CloseOnExec = 0x80000;
    private const int ControlAdd = 1;
    private const int ControlModify = 3;
    private const int InterruptedSystemCall = 4;
    private const uint In = 0x1;
    private const uint Out = 0x4;

    // struct epoll_event is packed on x86-64 only (epoll_ctl(2), sys/epoll.h).
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(ulong);

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(MaxEvents * EventSize));
    private readonly int _epoll;

    public Poller()
    {
        _epoll = EpollCreate(CloseOnExec);
        ThrowIfFailed(_epoll, "epoll_create1");
    }

    public static int Descriptor(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();

    public void Add(Socket socket, int token, bool forWriting = false) => Control(ControlAdd, socket, token, forWriting);

    public void Modify(Socket socket, int token, bool forWriting) => Control(ControlModify, socket, token, forWriting);

    /// <summary>Returns how many sockets are ready; 0 when the time is up. A negative timeout waits for ever.</summary>
    public int Wait(int timeoutMilliseconds)
    {
        var count = EpollWait(_epoll, _events, MaxEvents, timeoutMilliseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() == InterruptedSystemCall)
        {
            return 0;
        }

        ThrowIfFailed(count, "epoll_wait");
        return count;
    }

    public int Token(int index) => (int)*(ulong*)(_events + (index * EventSize) + DataOffset);

    public void Dispose()
    {
        _ = Close(_epoll);
        NativeMemory.Free(_events);
    }

    private static void ThrowIfFailed(int result, string call)
    {
        if (result < 0)
        {
            throw new LoadToolException($"{call}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    private void Control(int operation, Socket socket, int token, bool forWriting)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = forWriting ? Out : In;
        *(ulong*)(entry + DataOffset) = (uint)token;
        ThrowIfFailed(EpollControl(_epoll, operation, Descriptor(socket), entry), "epoll_ctl");
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int descriptor, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
