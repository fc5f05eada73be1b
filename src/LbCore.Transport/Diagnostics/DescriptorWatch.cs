using System;
using System.Net.Sockets;

namespace LbCore.Transport.Diagnostics;

/// <summary>
/// Tells of each descriptor that an engine opens, so that tests can ask the system which of them are still open. In a
/// product nobody listens.
/// </summary>
internal static class DescriptorWatch
{
    /// <summary>Gets or sets who is told of the engine, the descriptor, and the Socket that owns it, if one does. Called on any thread.</summary>
    public static Action<TransportEngine, int, Socket?>? Watcher { get; set; }

    public static void Opened(TransportEngine engine, int descriptor) => Watcher?.Invoke(engine, descriptor, null);

    public static void Opened(TransportEngine engine, Socket socket) => Watcher?.Invoke(engine, (int)socket.Handle, socket);
}
