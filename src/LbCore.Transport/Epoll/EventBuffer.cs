using System.Runtime.InteropServices;

namespace LbCore.Transport.Epoll;

/// <summary>
/// Is the array that epoll_wait fills. struct epoll_event is packed to 12 bytes on x64 and takes 16 elsewhere, so entries
/// are read by their stride.
/// </summary>
internal readonly unsafe struct EventBuffer()
{
    public const int Capacity = 512;

    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
    private static readonly int Stride = Packed ? 12 : 16;
    private static readonly int DataOffset = Packed ? 4 : 8;

    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(Capacity * 16);

    public int Wait(int epoll, int timeout) => Libc.EpollWait(epoll, _memory, Capacity, timeout);

    public uint Events(int index) => *(uint*)(_memory + (index * Stride));

    public ulong Data(int index) => *(ulong*)(_memory + (index * Stride) + DataOffset);

    public static int Add(int epoll, int descriptor, uint events, ulong data)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + DataOffset) = data;
        return Libc.EpollControl(epoll, Libc.EPOLL_CTL_ADD, descriptor, entry);
    }

    public void Free() => NativeMemory.Free(_memory);
}
