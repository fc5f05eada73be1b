using System.Runtime.InteropServices;

namespace LbCore.Transport.Epoll;

/// <summary>
/// Declares the system calls of the epoll engine. Those that return at once suppress the GC transition; errno is then
/// still untouched when it is read through <see cref="ErrnoLocation"/>, once per thread.
/// </summary>
internal static unsafe partial class Libc
{
    public const int EPERM = 1;
    public const int EINTR = 4;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int EPIPE = 32;
    public const int ENONET = 64;
    public const int EPROTO = 71;
    public const int ENOPROTOOPT = 92;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETDOWN = 100;
    public const int ENETUNREACH = 101;
    public const int ECONNABORTED = 103;
    public const int ECONNRESET = 104;
    public const int ENOBUFS = 105;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int EHOSTDOWN = 112;
    public const int EHOSTUNREACH = 113;
    public const int EINPROGRESS = 115;

    public const int AF_UNIX = 1;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int SOCK_STREAM = 1;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int SHUT_WR = 1;
    public const int MSG_NOSIGNAL = 0x4000;

    public const int SOL_SOCKET = 1;
    public const int SO_REUSEADDR = 2;
    public const int SO_ERROR = 4;
    public const int SO_LINGER = 13;
    public const int SO_REUSEPORT = 15;
    public const int SO_ATTACH_FILTER = 26;
    public const int IPPROTO_IP = 0;
    public const int IP_BIND_ADDRESS_NO_PORT = 24;
    public const int IPPROTO_TCP = 6;
    public const int TCP_NODELAY = 1;
    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_V6ONLY = 26;

    public const uint EPOLLIN = 0x1;
    public const uint EPOLLPRI = 0x2;
    public const uint EPOLLOUT = 0x4;
    public const uint EPOLLERR = 0x8;
    public const uint EPOLLHUP = 0x10;
    public const uint EPOLLRDHUP = 0x2000;
    public const uint EPOLLET = 0x80000000;
    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EPOLL_CTL_ADD = 1;
    public const short POLLERR = 0x8;
    public const short POLLHUP = 0x10;
    public const short POLLRDHUP = 0x2000;
    public const int EFD_NONBLOCK = 0x800;
    public const int EFD_CLOEXEC = 0x80000;

    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int MAP_PRIVATE = 2;
    private const int MAP_ANONYMOUS = 0x20;

    public static byte* MapAnonymous(int length)
    {
        var pointer = MemoryMap(null, (nuint)length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return pointer == (byte*)-1 ? null : pointer;
    }

    public static void Unmap(byte* pointer, int length) => _ = MemoryUnmap(pointer, (nuint)length);

    [LibraryImport("libc", EntryPoint = "__errno_location"), SuppressGCTransition]
    public static partial int* ErrnoLocation();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl"), SuppressGCTransition]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* value);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    public static partial int EpollWait(int epoll, byte* events, int count, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "write"), SuppressGCTransition]
    public static partial nint Write(int descriptor, void* source, nuint length);

    [LibraryImport("libc", EntryPoint = "sendmsg"), SuppressGCTransition]
    public static partial nint SendMessage(int descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "accept4"), SuppressGCTransition]
    public static partial int Accept(int descriptor, byte* address, int* length, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int descriptor, int backlog);

    [LibraryImport("libc", EntryPoint = "connect"), SuppressGCTransition]
    public static partial int Connect(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "getsockname"), SuppressGCTransition]
    public static partial int GetSocketName(int descriptor, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "getsockopt"), SuppressGCTransition]
    public static partial int GetSocketOption(int descriptor, int level, int option, void* value, int* length);

    [LibraryImport("libc", EntryPoint = "setsockopt"), SuppressGCTransition]
    public static partial int SetSocketOption(int descriptor, int level, int option, void* value, int length);

    [LibraryImport("libc", EntryPoint = "shutdown"), SuppressGCTransition]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close"), SuppressGCTransition]
    public static partial int Close(int descriptor);

    /// <summary>Is for a timeout of zero only: it must not block.</summary>
    [LibraryImport("libc", EntryPoint = "poll"), SuppressGCTransition]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    public static partial int GetLimit(int resource, ulong* limit);

    public static void SetOption(int descriptor, int level, int option, int value) =>
        _ = SetSocketOption(descriptor, level, option, &value, sizeof(int));

    /// <summary>Returns how many bytes of a socket's send queue the peer has not acknowledged or, on a unix socket, not read.</summary>
    public static int CountUndelivered(int descriptor)
    {
        const nuint SendQueueLength = 0x5411;
        var count = 0;
        return DeviceControl(descriptor, SendQueueLength, &count) == 0 ? count : 0;
    }

    [LibraryImport("libc", EntryPoint = "ioctl"), SuppressGCTransition]
    private static partial int DeviceControl(int descriptor, nuint request, int* value);

    /// <summary>Returns whether a path names a unix socket. The layout of struct statx is the same on every architecture.</summary>
    public static bool IsSocketFile(string path)
    {
        const int AtCurrentDirectory = -100;
        const int NoFollow = 0x100;
        const uint TypeMask = 1;
        const int ModeOffset = 28;
        const int FileTypeBits = 0xF000;
        const int SocketType = 0xC000;
        var buffer = stackalloc byte[256];
        return StatExtended(AtCurrentDirectory, path, NoFollow, TypeMask, buffer) == 0
            && (*(ushort*)(buffer + ModeOffset) & FileTypeBits) == SocketType;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatExtended(int directory, string path, int flags, uint mask, byte* target);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* MemoryMap(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(void* address, nuint length);

    /// <summary>Is struct iovec.</summary>
    internal struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    /// <summary>Is struct msghdr.</summary>
    internal struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>Is struct pollfd.</summary>
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>Is struct linger.</summary>
    internal struct Linger
    {
        public int OnOff;
        public int Seconds;
    }

    /// <summary>Is struct sock_filter of classic BPF.</summary>
    internal struct FilterInstruction
    {
        public ushort Code;
        public byte JumpTrue;
        public byte JumpFalse;
        public uint Constant;
    }

    /// <summary>Is struct sock_fprog.</summary>
    internal struct FilterProgram
    {
        public ushort Length;
        public FilterInstruction* Instructions;
    }
}
