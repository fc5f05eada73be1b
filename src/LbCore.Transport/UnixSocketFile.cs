using System;
using System.IO;
using System.Net.Sockets;
using LbCore.Transport.Epoll;

namespace LbCore.Transport;

/// <summary>Looks after the file that a unix socket is bound to.</summary>
internal static class UnixSocketFile
{
    /// <summary>Removes a socket file that a dead process has left; one that answers stays and fails the bind.</summary>
    public static void RemoveStale(UnixDomainSocketEndPoint endPoint)
    {
        var path = endPoint.ToString();
        if (OperatingSystem.IsLinux() ? !Libc.IsSocketFile(path) : !File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // With a full backlog a blocking connect would wait for ever.
            probe.Blocking = false;
            probe.Connect(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
        }
        catch (SocketException)
        {
            // Somebody listens, if with a full backlog: bind will say that the path is taken.
        }
    }

    /// <summary>Removes the file of a socket that has been closed, so that the next start finds nothing stale.</summary>
    public static void Remove(UnixDomainSocketEndPoint endPoint)
    {
        try
        {
            File.Delete(endPoint.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start removes it as stale.
        }
    }
}
