using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LbCore.Transport.Epoll;

/// <summary>Receives and sends: the two calls that a relayed message makes twice each.</summary>
/// <remarks>
/// glibc's recv and send are cancellation points: in a process with threads each call changes the thread's cancellation
/// type before and after, with an atomic operation each. Its syscall(2) is none, so where the numbers are known these go
/// through that. errno is set either way.
/// </remarks>
internal static unsafe partial class SocketCalls
{
    // The kernel's tables: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
    private const nint ReceiveOnX64 = 45;
    private const nint SendOnX64 = 44;
    private const nint ReceiveOnArm64 = 207;
    private const nint SendOnArm64 = 206;

    public static nint Receive(int descriptor, byte* target, nint length) =>
        X86Base.X64.IsSupported ? SystemCall(ReceiveOnX64, descriptor, target, length, 0, 0, 0)
        : ArmBase.Arm64.IsSupported ? SystemCall(ReceiveOnArm64, descriptor, target, length, 0, 0, 0)
        : LibraryReceive(descriptor, target, length, 0);

    public static nint Send(int descriptor, byte* source, nint length) =>
        X86Base.X64.IsSupported ? SystemCall(SendOnX64, descriptor, source, length, Libc.MSG_NOSIGNAL, 0, 0)
        : ArmBase.Arm64.IsSupported ? SystemCall(SendOnArm64, descriptor, source, length, Libc.MSG_NOSIGNAL, 0, 0)
        : LibrarySend(descriptor, source, length, Libc.MSG_NOSIGNAL);

    [LibraryImport("libc", EntryPoint = "syscall"), SuppressGCTransition]
    private static partial nint SystemCall(nint number, nint descriptor, byte* bytes, nint length, nint flags, nint address, nint addressLength);

    [LibraryImport("libc", EntryPoint = "recv"), SuppressGCTransition]
    private static partial nint LibraryReceive(int descriptor, byte* target, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send"), SuppressGCTransition]
    private static partial nint LibrarySend(int descriptor, byte* source, nint length, int flags);
}
