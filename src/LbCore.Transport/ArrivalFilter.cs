using System;
using LbCore.Transport.Epoll;

namespace LbCore.Transport;

/// <summary>Keeps new arrivals away from a listening TCP socket whose backlog is being drained.</summary>
internal static unsafe class ArrivalFilter
{
    /// <summary>
    /// Lets the kernel drop every SYN to this socket, so that the backlog only shrinks: closing at once would reset those
    /// who wait in it. Who comes now tries again a second later and is refused, or finds the next process. Does nothing
    /// off Linux, where late arrivals have to take their chance.
    /// </summary>
    public static void Attach(int descriptor)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Classic BPF over the TCP header: drop when SYN is set in the flags (offset 13), else take all. Connections that
        // are accepted from now on inherit it and never meet it: no SYN comes on a connection that stands.
        var code = stackalloc Libc.FilterInstruction[4];
        code[0] = new Libc.FilterInstruction { Code = 0x30, Constant = 13 };
        code[1] = new Libc.FilterInstruction { Code = 0x45, JumpTrue = 0, JumpFalse = 1, Constant = 0x02 };
        code[2] = new Libc.FilterInstruction { Code = 0x06, Constant = 0 };
        code[3] = new Libc.FilterInstruction { Code = 0x06, Constant = uint.MaxValue };
        var program = new Libc.FilterProgram { Length = 4, Instructions = code };
        _ = Libc.SetSocketOption(descriptor, Libc.SOL_SOCKET, Libc.SO_ATTACH_FILTER, &program, sizeof(Libc.FilterProgram));
    }
}
