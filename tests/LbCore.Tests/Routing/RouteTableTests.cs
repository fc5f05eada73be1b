using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LbCore.Routing;
using NUnit.Framework;

namespace LbCore.Tests.Routing;

/// <summary>Which request takes which route.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RouteTableTests
{
    [TestCase("www.a.test", "/", "www")]
    [TestCase("WWW.A.Test", "/", "www", Description = "hosts know no case")]
    [TestCase("www.a.test:8080", "/", "www", Description = "a port is none of the host's")]
    [TestCase("www.a.test.", "/", "www", Description = "the root's dot neither")]
    [TestCase("www.a.tes", "/", "rest")]
    [TestCase("www.a.testx", "/", "rest")]
    [TestCase("x.b.test", "/", "below-b")]
    [TestCase("x.y.b.test", "/", "below-b")]
    [TestCase("b.test", "/", "rest", Description = "a wildcard is for names below")]
    [TestCase("xb.test", "/", "rest")]
    [TestCase("[::1]:80", "/", "six")]
    [TestCase("[::1]", "/", "six")]
    [TestCase("c.test", "/api", "api")]
    [TestCase("c.test", "/api/", "api")]
    [TestCase("c.test", "/api/x", "api")]
    [TestCase("c.test", "/api?x=/y", "api")]
    [TestCase("c.test", "/apix", "rest", Description = "a prefix ends with a segment")]
    [TestCase("c.test", "/ap", "rest")]
    [TestCase("c.test", "/API", "rest", Description = "paths know case")]
    [TestCase("c.test", "/x/api", "rest")]
    [TestCase("c.test", "/%61pi/x", "api", Description = "an encoded letter is a letter")]
    [TestCase("c.test", "/x/../api", "api")]
    [TestCase("c.test", "//api", "api")]
    [TestCase("c.test", "/api/../x", "rest")]
    [TestCase("c.test", "/api%2Fx", "rest", Description = "an encoded slash is none")]
    [TestCase("c.test", "/a/../../api", "refused")]
    [TestCase("c.test", "/a/long/prefix/x", "long")]
    [TestCase("c.test", "/a/long/prefiy", "rest")]
    [TestCase("c.test", "/login", "exact")]
    [TestCase("c.test", "/login?next=/x", "exact")]
    [TestCase("c.test", "/login/", "rest", Description = "an exact path is no prefix")]
    [TestCase("c.test", "/logi", "rest")]
    [TestCase("d.test", "/anything", "d", Description = "a prefix of / is any path")]
    [TestCase("www.a.test", "/api", "www", Description = "the first that matches counts")]
    [TestCase("c.test", "http://c.test/api", "api")]
    [TestCase("d.test", "http://d.test", "d", Description = "an absolute target without a path is for /")]
    [TestCase("d.test", "http://d.test?x", "d")]
    public void A_request_takes_the_first_route_that_matches(string host, string target, string cluster) =>
        Assert.That(Find("rest", "GET", host, target), Is.EqualTo(cluster));

    [TestCase("PUT", "", "methods")]
    [TestCase("DELETE", "", "methods")]
    [TestCase("put", "", "rest", Description = "methods know case")]
    [TestCase("POST", "", "rest")]
    [TestCase("GET", "X-Env: beta\r\n", "beta")]
    [TestCase("GET", "x-env: beta\r\n", "beta", Description = "names of fields know no case")]
    [TestCase("GET", "X-Env: canary \r\n", "beta")]
    [TestCase("GET", "X-Env: Beta\r\n", "rest", Description = "values do")]
    [TestCase("GET", "X-Env: beta, canary\r\n", "rest")]
    [TestCase("GET", "X-Env: x\r\nX-Env: beta\r\n", "beta", Description = "one line of several is enough")]
    [TestCase("GET", "X-Debug:\r\n", "debug")]
    [TestCase("GET", "X-Debug: 1\r\n", "debug")]
    [TestCase("GET", "X-Debug: 1\r\nX-Quiet: 1\r\n", "rest", Description = "a field that must not be there")]
    public void Methods_and_fields_count(string method, string fields, string cluster) =>
        Assert.That(Find("rest", method, "c.test", "/", fields), Is.EqualTo(cluster));

    [Test]
    public void The_asterisk_of_OPTIONS_is_no_path() => Assert.Multiple(() =>
    {
        Assert.That(Find("rest", "OPTIONS", "d.test", "*"), Is.EqualTo("rest"));
        Assert.That(Find("rest", "OPTIONS", "d.test", "http://d.test"), Is.EqualTo("rest"));
        Assert.That(Find("rest", "OPTIONS", "www.a.test", "*"), Is.EqualTo("www"), "any path");
    });

    [Test]
    public void A_request_without_a_host_takes_routes_for_any() =>
        Assert.That(RouteRequests.Find(Table("rest"), "GET /api HTTP/1.0\r\n"), Is.EqualTo("api"));

    [Test]
    public void What_no_route_takes_goes_nowhere_without_a_cluster_for_the_rest() =>
        Assert.That(Find(null, "GET", "c.test", "/"), Is.Null);

    [Test]
    public void What_filters_sort_out_does_not_match([Range(0, 4)] int seed)
    {
        var random = new Random(seed);
        string Text(string alphabet, int most) =>
            new([.. Enumerable.Range(0, random.Next(most)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
        for (var round = 0; round < 200; round++)
        {
            var routes = new List<Route>();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var path = Encoding.ASCII.GetBytes("/" + Text("ab/", 11));
                string[] hosts = random.Next(3) switch
                {
                    0 => [],
                    1 => ["h" + Text("aB.", 10) + "t"],
                    _ => ["*." + "a" + Text("aB", 3), "x"],
                };
                routes.Add(new Route
                {
                    Conditions = new RouteConditions(hosts, random.Next(2) == 0 ? path : null, null),
                    Cluster = $"prefix {i}",
                });
                routes.Add(new Route { Conditions = new RouteConditions(hosts, null, path), Cluster = $"exact {i}" });
            }

            var table = new RouteTable(routes, null);
            for (var i = 0; i < 50; i++)
            {
                var head = RouteRequests.Parse($"GET /{Text("ab", 11)} HTTP/1.1\r\nHost: h{Text("Ab.", 10)}t\r\n", out var bytes);
                var request = new RouteRequest(bytes, head, RouteRequest.PathOf(bytes, head));
                Route? slow = null;
                foreach (var route in routes)
                {
                    if (route.Conditions.Check(in request) == RouteMismatch.None)
                    {
                        slow = route;
                        break;
                    }
                }

                Assert.That(table.Find(in request)?.Cluster, Is.EqualTo(slow?.Cluster), $"seed {seed}: {Encoding.ASCII.GetString(bytes)}");
            }
        }
    }

    [Test]
    public void A_route_found_by_its_host_is_the_first_of_all([Range(0, 4)] int seed)
    {
        string[] known = ["a.test", "A.Test", "b.test", "www.a.test", "much-longer-than-eight.a.test", "much-longer-than-other.a.test", "[::1]", "x"];
        string[] asked = [.. known, "a.test:80", "a.test.", "c.test", "a.tes", "a.testt", "much-longer-than-any-name-in-the-table.a.test", "xy"];
        string[][] more = [[], ["*.a.test"], ["*.test", "b.test"], ["*.a.test", "a.test"]];
        string[] paths = ["/", "/a", "/a/b", "/b"];
        var random = new Random(seed);
        var taken = new HashSet<bool>();
        for (var round = 0; round < 200; round++)
        {
            var routes = Enumerable.Range(0, random.Next(12)).Select(i => To($"{i}", new RouteConditions(
                random.Next(3) == 0 ? more[random.Next(more.Length)] : Enumerable.Range(0, random.Next(1, 4)).Select(_ => known[random.Next(known.Length)]),
                Encoding.ASCII.GetBytes(paths[random.Next(paths.Length)]),
                methods: random.Next(2) == 0 ? ["GET"] : ["PUT"]))).ToList();
            var table = new RouteTable(routes, null);
            foreach (var host in asked)
            {
                var head = RouteRequests.Parse($"GET {paths[random.Next(paths.Length)]} HTTP/1.1\r\nHost: {host}\r\n", out var bytes);
                var request = new RouteRequest(bytes, head, RouteRequest.PathOf(bytes, head));
                Route? first = null;
                for (var i = routes.Count - 1; i >= 0; i--)
                {
                    first = routes[i].Conditions.Check(in request) == RouteMismatch.None ? routes[i] : first;
                }

                var found = table.Find(in request);
                Assert.That(found?.Cluster, Is.EqualTo(first?.Cluster), $"seed {seed}, round {round}: {Encoding.ASCII.GetString(bytes)}");
                taken.Add(found is not null);
            }
        }

        Assert.That(taken, Has.Count.EqualTo(2), "requests with a route, and without one");
    }

    private static RouteTable Table(string? otherwise)
    {
        static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
        return new RouteTable(
            [
                To("www", new RouteConditions(["www.a.test"])),
                To("below-b", new RouteConditions(["*.b.test"])),
                To("six", new RouteConditions(["[::1]"])),
                To("d", new RouteConditions(["d.test"], Bytes("/"))),
                To("api", new RouteConditions([], Bytes("/api/"))),
                To("long", new RouteConditions([], Bytes("/a/long/prefix"))),
                To("exact", new RouteConditions([], null, Bytes("/login"))),
                To("methods", new RouteConditions([], methods: ["PUT", "DELETE"])),
                To("beta", new RouteConditions([], headers: [HeaderCondition.OneOf("X-Env", ["beta", "canary"])])),
                To("debug", new RouteConditions([], headers: [HeaderCondition.Present("x-debug"), HeaderCondition.Absent("x-quiet")])),
            ],
            otherwise);
    }

    private static Route To(string cluster, RouteConditions conditions) => new() { Conditions = conditions, Cluster = cluster };

    private static string? Find(string? otherwise, string method, string host, string target, string fields = "") =>
        RouteRequests.Find(Table(otherwise), $"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{fields}");
}
