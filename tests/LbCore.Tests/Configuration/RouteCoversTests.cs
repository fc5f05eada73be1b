using System;
using System.Collections.Generic;
using System.Linq;
using LbCore.Configuration;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

/// <summary>Which routes are out of reach, found without comparing each with each.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RouteCoversTests
{
    private static readonly string[] Paths = ["", "/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/*", "*", "//a"];
    private static readonly string?[] Hosts = ["a.test", "A.Test", "x.a.test", "*.a.test", "*.x.a.test", "*.test", "*.", "[::1]", "", null];
    private static readonly string[] Methods = ["GET", "POST", "get"];
    private static readonly string[] Names = ["X-A", "x-a", "X-B"];
    private static readonly string[] Values = ["", "1", "2"];

    [Test]
    public void The_first_of_all_routes_that_cover_another_is_found([Range(0, 9)] int seed)
    {
        var random = new Random(seed);
        var found = 0;
        for (var round = 0; round < 100; round++)
        {
            var routes = Enumerable.Range(0, 30).Select(_ => Make(random)).ToList();
            var covers = new RouteCovers();
            for (var i = 0; i < routes.Count; i++)
            {
                var first = routes.FindIndex(0, i, earlier => RouteOverlap.Covers(earlier, routes[i]));
                Assert.That(covers.Find(routes[i]), Is.EqualTo(first), $"seed {seed}, round {round}: route {i}");
                found += first >= 0 ? 1 : 0;
                covers.Add(i, routes[i]);
            }
        }

        Assert.That(found, Is.InRange(300, 2700), "the routes are too much alike, or too little, to show anything");
    }

    private static RouteOptions Make(Random random)
    {
        var route = new RouteOptions
        {
            Path = random.Next(4) == 0 ? Pick(Paths) : null,
            PathPrefix = random.Next(2) == 0 ? Pick(Paths) : null,
        };
        for (var count = random.Next(3); count > 0; count--)
        {
            route.Hosts.Add(Pick(Hosts)!);
        }

        for (var count = random.Next(3) - 1; count > 0; count--)
        {
            route.Methods.Add(Pick(Methods));
        }

        for (var count = random.Next(3); count > 0; count--)
        {
            var asked = new RouteHeaderOptions { Value = random.Next(2) == 0 ? Pick(Values) : null, Is = random.Next(5) == 0 ? HeaderPresence.Absent : HeaderPresence.Present };
            for (var more = random.Next(4) - 1; more > 0; more--)
            {
                asked.Values.Add(Pick(Values));
            }

            route.Headers[Pick(Names)] = random.Next(8) == 0 ? null! : asked;
        }

        return route;

        T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];
    }
}
