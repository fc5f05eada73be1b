using LbCore.Configuration;
using LbCore.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Routing;

/// <summary>An explanation judges a request's head as the listener would.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RouteExplainerTests
{
    [TestCase(UnderscoreMode.Keep, null)]
    [TestCase(UnderscoreMode.Drop, null)]
    [TestCase(UnderscoreMode.Reject, "UnderscoreInName")]
    public void Names_with_underscores_are_treated_as_the_listener_says(UnderscoreMode underscores, string? refusal)
    {
        var listener = new ListenerOptions { Underscores = underscores, Cluster = "app" };
        Assert.That(RouteExplainer.Explain(listener, "GET", "/", ["Host: a.test", "A_b: c"]).Refusal, Is.EqualTo(refusal));
    }

    [TestCase("OPTIONS", "http://a.test", "*")]
    [TestCase("OPTIONS", "*", "*")]
    [TestCase("OPTIONS", "http://a.test?x", "/?x")]
    [TestCase("OPTIONS", "http://a.test/", "/")]
    [TestCase("GET", "http://a.test", "/")]
    [TestCase("GET", "http://a.test/a?x", "/a?x")]
    public void An_absolute_target_goes_on_in_origin_form(string method, string target, string expected)
    {
        var listener = new ListenerOptions { Cluster = "app" };
        Assert.That(RouteExplainer.Explain(listener, method, target, ["Host: a.test"]).Target, Is.EqualTo(expected));
    }
}
