using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LbCore.Http;

namespace LbCore.Routing;

/// <summary>Is an answer that needs no backend, ready to be sent. Immutable; any thread.</summary>
internal sealed class RouteAnswer
{
    /// <param name="status">The status.</param>
    /// <param name="contentType">What the body is; not used without one.</param>
    /// <param name="body">The body.</param>
    /// <param name="fields">Further fields.</param>
    /// <param name="location">Where a redirect leads; null when it is none.</param>
    public RouteAnswer(int status, string contentType, string body, IReadOnlyDictionary<string, string> fields, RedirectTarget? location)
    {
        Status = status;
        Location = location;
        var bytes = Encoding.UTF8.GetBytes(body);
        Body = bytes;
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {ReasonPhrases.Of(status)}\r\n");
        if (bytes.Length > 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        }

        if (status != 204)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {bytes.Length}\r\n");
        }

        foreach (var (name, value) in fields)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            HasDate |= name.Equals("Date", StringComparison.OrdinalIgnoreCase);
        }

        Head = Encoding.ASCII.GetBytes(head.ToString());
    }

    public int Status { get; }

    /// <summary>Gets the status line and the fields, without Location, Connection and the empty line, and without a Date of ours.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    /// <summary>Gets whether the further fields have a Date.</summary>
    public bool HasDate { get; }

    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Gets where a redirect leads; null when it is none.</summary>
    public RedirectTarget? Location { get; }
}
