using System;
using System.IO;
using System.Linq;
using System.Text;
using LbCore.Configuration;
using LbCore.Hosting;
using LbCore.Transport;

namespace LbCore.Server.Hosting;

/// <summary>The one line of standard output that says that it serves, and where.</summary>
internal static class ReadyLine
{
    /// <summary>Writes it. When every listener is bound, so that it is true.</summary>
    public static void Write(LoadBalancer balancer, LbCoreOptions options)
    {
        var listeners = string.Join(' ', balancer.EndPoints.Select(
            listener => $"{SchemeOf(options.Listeners[listener.Key])}://{TransportAddress.Format(listener.Value)}"));
        var line = $"ready {listeners} engine={balancer.EngineName} loops={balancer.LoopCount}\n";
        try
        {
            using var output = Console.OpenStandardOutput();
            output.Write(Encoding.UTF8.GetBytes(line));
            output.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever started us does not listen; that is no reason not to serve.
        }
    }

    private static string SchemeOf(ListenerOptions listener) => listener.Mode == ListenerMode.Tcp ? "tcp" : "http";
}
