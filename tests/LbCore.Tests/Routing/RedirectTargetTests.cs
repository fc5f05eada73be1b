using System;
using System.Text;
using LbCore.Configuration;
using LbCore.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Routing;

/// <summary>Where redirects lead, and rewritten requests go.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RedirectTargetTests
{
    private const string Hostile = "/\\.%2eab?=&@:;";

    [TestCase("https://{host}{path}{query}", "/a/b?x=/y", "https://a.test/a/b?x=/y")]
    [TestCase("https://{host}{path}{query}", "/", "https://a.test/")]
    [TestCase("https://{host}:8443{path}", "/a?x", "https://a.test:8443/a")]
    [TestCase("https://www.{host}{path}", "/a", "https://www.a.test/a")]
    [TestCase("https://b.test{query}", "/a?x=1", "https://b.test?x=1")]
    [TestCase("//b.test{path}", "/a", "//b.test/a")]
    [TestCase("/new{rest}{query}", "/old/x?y", "/new/x?y")]
    [TestCase("/new{rest}", "/old", "/new")]
    [TestCase("{rest}", "/old/x", "/x")]
    [TestCase("{rest}{query}", "/old?x", "/?x")]
    [TestCase("/{rest}", "/old/x", "/x")]
    [TestCase("{path}/", "/old", "/old/")]
    [TestCase("/new{rest}", "/%6fld/%7ex", "/new/~x", Description = "when the prefix was not written as it is configured, the normal form goes on")]
    [TestCase("/new{rest}", "/old/%7ex", "/new/%7ex", Description = "otherwise what was sent does")]
    public void A_redirect_leads_where_it_says(string to, string target, string location) =>
        Assert.That(Explain(to, target).Location, Is.EqualTo(location));

    [TestCase("{rest}", "/old//evil.test", "/evil.test")]
    [TestCase("{rest}", "/old/\\evil.test", "/evil.test")]
    [TestCase("/{rest}", "/old/\\/evil.test", "/evil.test")]
    [TestCase("{path}/x", "//evil.test", "/evil.test/x")]
    [TestCase("{path}/x", "/\\evil.test", "/evil.test/x")]
    [TestCase("https://{host}{path}", "//evil.test", "https://a.test/evil.test")]
    [TestCase("https://b.test{path}", "/@evil.test", "https://b.test/@evil.test")]
    public void No_path_becomes_a_host(string to, string target, string location) =>
        Assert.That(Explain(to, target).Location, Is.EqualTo(location));

    [Test]
    public void Whatever_is_asked_for_a_redirect_stays_on_its_host([Range(0, 4)] int seed)
    {
        var random = new Random(seed);
        string[] relative = ["{rest}{query}", "/{rest}", "{path}/x{query}", "/new{rest}", "/x{path}"];
        string[] absolute = ["https://b.test{path}{query}", "https://b.test{rest}{query}", "https://b.test{query}", "//b.test{rest}"];
        for (var i = 0; i < 2000; i++)
        {
            var target = new StringBuilder("/old");
            for (var length = random.Next(10); length > 0; length--)
            {
                target.Append(Hostile[random.Next(Hostile.Length)]);
            }

            var isRelative = random.Next(2) == 0;
            var to = isRelative ? relative[random.Next(relative.Length)] : absolute[random.Next(absolute.Length)];
            var explained = Explain(to, target.ToString());
            if (explained.Route == 0)
            {
                var location = explained.Location!;
                var host = new Uri(new Uri("https://a.test/"), location).Host;
                Assert.That(host, Is.EqualTo(isRelative ? "a.test" : "b.test"), $"seed {seed}: {target} to {to} is {location}");
                Assert.That(!isRelative || (location[0] == '/' && (location.Length == 1 || location[1] is not ('/' or '\\'))), location);
            }
        }
    }

    [TestCase("/api", null, "/api/x?y=/api", "/x?y=/api")]
    [TestCase("/api", null, "/api", "/")]
    [TestCase("/api", null, "/api?x", "/?x")]
    [TestCase("/api", "/v2", "/api/x", "/v2/x")]
    [TestCase("/api", "/v2/", "/api", "/v2")]
    [TestCase(null, "/v2", "/api/x", "/v2/api/x")]
    [TestCase("/", "/v2", "/api", "/v2/api")]
    [TestCase("/api", null, "/api/%7Ex%2fy", "/%7Ex%2fy", Description = "what was sent goes on")]
    [TestCase("/api", null, "/%61pi/%7Ex%2fy", "/~x%2Fy", Description = "the prefix is not there as it is configured")]
    [TestCase("/api", null, "/api/x/../y", "/y", Description = "dot segments would climb out of what is put before them")]
    [TestCase("/api", "/v2", "/api/x/../../api/y", "/v2/y")]
    [TestCase("/api", null, "/api//evil.test", "/evil.test")]
    [TestCase("/api", null, "http://a.test/api/x", "/x")]
    public void A_rewritten_target_is_what_it_says(string? strip, string? add, string target, string forwarded)
    {
        var route = new RouteOptions { PathPrefix = "/api", Cluster = "app", Rewrite = new RewriteOptions { StripPrefix = strip, AddPrefix = add } };

        Assert.That(Explain(route, target).Target, Is.EqualTo(forwarded));
    }

    private static RouteExplanation Explain(string to, string target) => Explain(
        new RouteOptions { PathPrefix = to.Contains("{rest}", StringComparison.Ordinal) ? "/old" : null, Redirect = new RedirectOptions { To = to } }, target);

    private static RouteExplanation Explain(RouteOptions route, string target)
    {
        var listener = new ListenerOptions();
        listener.Routes.Add(route);
        return RouteExplainer.Explain(listener, "GET", target, ["Host: a.test"]);
    }
}
