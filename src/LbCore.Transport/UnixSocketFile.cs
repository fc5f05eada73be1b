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
        if (!IsSocket(path))
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
            Delete(endPoint, path);
        }
        catch (SocketException)
        {
            // Somebody listens, if with a full backlog: bind will say that the path is taken.
        }
    }

    /// <summary>Returns what stands in the way of binding to the path, with its mend; null when it is no matter of files.</summary>
    public static string? Obstacle(UnixDomainSocketEndPoint endPoint)
    {
        var path = Path.GetFullPath(endPoint.ToString());
        var folder = Path.GetDirectoryName(path);
        if (Directory.Exists(path))
        {
            return $"it is a folder. Name a file in it, such as unix:{Path.Combine(path, "lbcore.sock")}";
        }

        if (folder is not null && !Directory.Exists(folder))
        {
            return File.Exists(folder)
                ? $"{folder} is a file and no folder. Choose another path."
                : $"the folder {folder} does not exist. Create it or choose another path.";
        }

        return Path.Exists(path) && !IsSocket(path)
            ? "a file that is no socket has this name, and it is not overwritten. Remove it or choose another path."
            : null;
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

    private static bool IsSocket(string path) => OperatingSystem.IsLinux() ? Libc.IsSocketFile(path) : File.Exists(path);

    private static void Delete(UnixDomainSocketEndPoint endPoint, string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ListenException(
                $"The address {TransportAddress.Format(endPoint)} could not be bound: a dead process has left the socket file, "
                + $"and it cannot be removed ({e.Message}). Remove it or choose another path.",
                SocketError.AddressAlreadyInUse);
        }
    }
}
