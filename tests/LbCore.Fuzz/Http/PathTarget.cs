using System;
using System.Text;
using LbCore.Configuration;
using LbCore.Http;
using LbCore.Routing;

namespace LbCore.Fuzz.Http;

/// <summary>
/// The path of a request, and in a second line that of a route: a slow reader finds the same normal form, which is its own,
/// and the same routes take it; no way to write a path makes another of it, and nothing climbs out of what a rewrite puts
/// before it. Nothing is allocated.
/// </summary>
internal sealed class PathTarget : BytesTarget
{
    private const string Added = "/v2";
    private static readonly byte[] Query = "?x=/../y"u8.ToArray();
    private readonly byte[] _bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray();
    private RequestHead? _head;

    public override string Name => "paths";

    public override void Run(byte[] bytes, int most)
    {
        if (_head is null)
        {
            // Not while the targets are made: the fuzzer is not there yet.
            RequestParser.Parse(_bytes, _head = new RequestHead(), HeadLimits.Default);
        }

        var lines = Encoding.Latin1.GetString(bytes).Split('\n', 2);
        var path = Rooted(lines[0]);
        var (form, normal) = Normalize(path);
        var slow = SlowPath.Normalize(path);
        Claim.That(normal == slow, $"the slow reader says '{slow}', not '{normal}'");
        Claim.That(Normalize(SlowPath.Encode(path)).Normal == normal, "it is another path when its letters are percent-encoded");
        Claim.That(!PathNormalizer.IsPlain(Encoding.Latin1.GetBytes(path)) || (form == PathForm.Kept && normal == path), "it was taken for plain");
        if (normal is null)
        {
            Claim.That(form == PathForm.Refused, "a path without a normal form is not refused");
            return;
        }

        Claim.That(form == (SlowPath.IsResolved(path) ? PathForm.Resolved : PathForm.Kept), $"its segments are not {form}");
        Claim.That(Normalize(normal) == (PathForm.Kept, normal), "the normal form has another one");
        Claim.That(normal[0] == '/' && !SlowPath.IsResolved(normal), "the normal form has empty segments or dots");
        if (lines.Length > 1 && SlowPath.Normalize(Rooted(lines[1])) is { } asked)
        {
            CheckRoutes(_head, path, normal, form, asked);
        }
    }

    private static string Rooted(string path) => path.StartsWith('/') ? path : "/" + path;

    private static (PathForm Form, string? Normal) Normalize(string path)
    {
        var bytes = Encoding.Latin1.GetBytes(path);
        var target = new byte[bytes.Length];

        // What is allocated once is, before it counts.
        PathNormalizer.Normalize(bytes, target, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var form = PathNormalizer.Normalize(bytes, target, out var length);
        Claim.That(GC.GetAllocatedBytesForCurrentThread() == before, "to normalize allocates");
        return (form, form == PathForm.Refused ? null : Encoding.Latin1.GetString(target, 0, length));
    }

    private void CheckRoutes(RequestHead head, string path, string normal, PathForm form, string asked)
    {
        var bytes = Encoding.Latin1.GetBytes(asked);
        var prefix = new Route { Conditions = new RouteConditions([], pathPrefix: bytes), Cluster = "prefix" };
        var exact = new Route { Conditions = new RouteConditions([], path: bytes), Cluster = "exact" };
        var isBelow = SlowPath.IsBelow(asked, normal);
        var request = new RouteRequest(_bytes, head, Encoding.Latin1.GetBytes(normal));
        Claim.That(Takes(new RouteTable([exact], null), in request) == (asked == normal), "the exact path matches otherwise");
        Claim.That(Takes(new RouteTable([prefix], null), in request) == isBelow, "the prefix matches otherwise");
        Claim.That(RouteOverlap.IsPrefix(asked, normal) == isBelow, "the check of the configuration takes it for another prefix");
        if (isBelow)
        {
            var rest = normal[asked.TrimEnd('/').Length..];
            CheckRest(new RoutedPath(Encoding.Latin1.GetBytes(path), request.Path, form, Query), bytes, rest);
        }
    }

    private static bool Takes(RouteTable table, in RouteRequest request)
    {
        _ = table.Find(in request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var route = table.Find(in request);
        Claim.That(GC.GetAllocatedBytesForCurrentThread() == before, "to find a route allocates");
        return route is not null;
    }

    private static void CheckRest(in RoutedPath path, byte[] prefix, string rest)
    {
        var rewrite = new RouteRewrite(prefix, Encoding.Latin1.GetBytes(Added), null);
        var target = new byte[rewrite.MaxTargetLength(in path)];
        var rewritten = target.AsSpan(0, rewrite.WriteTarget(in path, target));
        Claim.That(rewritten.EndsWith(Query), "the query has changed");
        var normal = SlowPath.Normalize(Encoding.Latin1.GetString(rewritten[..^Query.Length]));
        Claim.That(normal == Added + rest, $"what goes to the backend is '{normal}', not '{Added + rest}'");

        var redirect = new RedirectTarget([(RedirectPart.Rest, "")], prefix);
        target = new byte[redirect.MaxLength(default, in path)];
        var location = target.AsSpan(0, redirect.Write(default, in path, target));
        Claim.That(location[0] == '/' && (location.Length == 1 || location[1] is not ((byte)'/' or (byte)'\\')), "a redirect leads to another host");
    }
}
