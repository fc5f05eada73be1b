using System;
using System.Text;
using LbCore.Http;
using LbCore.Routing;

namespace LbCore.Tests.Routing;

/// <summary>Makes requests for routes to look at, by the parser that real ones come from.</summary>
internal static class RouteRequests
{
    public static RequestHead Parse(string text, out byte[] bytes)
    {
        bytes = Encoding.ASCII.GetBytes(text + "\r\n");
        var head = new RequestHead();
        return RequestParser.Parse(bytes, head, new HeadLimits(16 * 1024, 100)) == ParseStatus.Complete
            ? head
            : throw new ArgumentException($"{head.Error}: {text}");
    }

    /// <summary>Returns the cluster that a request goes to; "refused" when its path has no normal form.</summary>
    public static string? Find(RouteTable table, string text)
    {
        var head = Parse(text, out var bytes);
        var sent = RouteRequest.PathOf(bytes, head);
        var normal = sent.ToArray();
        var length = sent.Length;
        if (sent[0] == '/' && PathNormalizer.Normalize(sent, normal, out length) == PathForm.Refused)
        {
            return "refused";
        }

        var route = table.Find(new RouteRequest(bytes, head, normal.AsSpan(0, length)));
        return route is null ? table.Otherwise : route.Cluster;
    }
}
