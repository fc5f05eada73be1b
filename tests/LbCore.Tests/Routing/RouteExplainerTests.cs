using System.Linq;
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
    [TestCase(UnderscoreMode.Reject, "UnderscoreInName (a field's name has an underscore, and the listener rejects those)")]
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

    [Test]
    public void What_there_is_none_of_is_null()
    {
        var listener = new ListenerOptions { Cluster = "app" };
        listener.Routes.Add(new RouteOptions { Path = "/no", Answer = new AnswerOptions { Status = 403 } });

        Assert.That(Told(RouteExplainer.Explain(listener, "GET", "/", ["Host: a.test"])), Is.EqualTo("host path misses cluster target targetHost"));
        Assert.That(Told(RouteExplainer.Explain(listener, "GET", "/no", ["Host: a.test"])), Is.EqualTo("status host path route"));
        Assert.That(Told(RouteExplainer.Explain(listener, "GET", "/../a", ["Host: a.test"])), Is.EqualTo("refusal status path"));
        Assert.That(Told(RouteExplainer.Explain(listener, "GET", "/", [])), Is.EqualTo("refusal status"));
    }

    private static string Told(RouteExplanation explanation) => string.Join(' ', new (string Name, object? Value)[]
    {
        ("refusal", explanation.Refusal),
        ("status", explanation.Status),
        ("host", explanation.Host),
        ("path", explanation.Path),
        ("misses", explanation.Misses.Count > 0 ? explanation.Misses : null),
        ("route", explanation.Route),
        ("cluster", explanation.Cluster),
        ("target", explanation.Target),
        ("targetHost", explanation.TargetHost),
        ("location", explanation.Location),
    }.Where(static part => part.Value is not null).Select(static part => part.Name));
}
