using System.Text;
using LbCore.Routing;
using NUnit.Framework;

namespace LbCore.Tests.Routing;

/// <summary>Which request goes to which cluster.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RouteTableTests
{
    [TestCase("www.a.test", "/", "www")]
    [TestCase("WWW.A.Test", "/", "www", Description = "hosts know no case")]
    [TestCase("www.a.test:8080", "/", "www", Description = "a port is none of the host's")]
    [TestCase("www.a.test.", "/", "www", Description = "the root's dot neither")]
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
    [TestCase("c.test", "/API", "rest", Description = "paths know case")]
    [TestCase("c.test", "/x/api", "rest")]
    [TestCase("d.test", "/anything", "d", Description = "a prefix of / is any path")]
    [TestCase("www.a.test", "/api", "www", Description = "the first that matches counts")]
    [TestCase("", "/", "rest")]
    [TestCase("d.test", "*", "rest", Description = "the asterisk of OPTIONS is no path")]
    public void A_request_goes_to_the_cluster_of_the_first_route_that_takes_it(string host, string target, string cluster) =>
        Assert.That(Find(Table("rest"), host, target), Is.EqualTo(cluster));

    [Test]
    public void What_no_route_takes_goes_nowhere_without_a_cluster_for_the_rest() =>
        Assert.That(Find(Table(null), "c.test", "/"), Is.Null);

    [Test]
    public void Without_routes_everything_goes_to_the_one_cluster() =>
        Assert.That(Find(new RouteTable([], "app"), "c.test", "/"), Is.EqualTo("app"));

    private static RouteTable Table(string? otherwise) => new(
        [
            new Route(["www.a.test"], null, "www"),
            new Route(["*.b.test"], null, "below-b"),
            new Route(["[::1]"], null, "six"),
            new Route(["d.test"], "/", "d"),
            new Route([], "/api/", "api"),
        ],
        otherwise);

    private static string? Find(RouteTable table, string host, string target) =>
        table.Find(Encoding.ASCII.GetBytes(host), Encoding.ASCII.GetBytes(target));
}
