using LbCore.Transport;

namespace LbCore.Proxying;

/// <summary>Looks for bytes that a peer has sent and nobody has read.</summary>
internal static class UnreadBytes
{
    /// <summary>Returns whether there are any. They stay for the next read; none may be under way.</summary>
    public static bool Any(TransportConnection connection)
    {
        try
        {
            if (connection.Input.TryRead(out var read))
            {
                connection.Input.AdvanceTo(read.Buffer.Start);
                return !read.Buffer.IsEmpty;
            }
        }
        catch (ConnectionAbortedException)
        {
            // The end is all that is left.
        }

        return false;
    }
}
