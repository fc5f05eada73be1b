using System.Collections.Generic;
using System.Linq;
using System.Text;
using LbCore.Configuration;
using LbCore.Configuration.Reading;
using LbCore.Hosting;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

/// <summary>What is said of mistakes in routes, and that there are no others.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RouteMistakeTests
{
    private const string App = "\"cluster\": \"app\"";

    private static IEnumerable<TestCaseData> Mistakes()
    {
        // Paths.
        yield return One("\"path\": \"a\"", ".path: 'a' is no path; begin it with '/'");
        yield return One("\"path\": \"/a b\"", ".path: '/a b' is no path");
        yield return One("\"pathPrefix\": \"/a//b\"", ".pathPrefix: '/a//b' is never met, since paths are compared in their normal form; write '/a/b'");
        yield return One("\"pathPrefix\": \"/a/../b\"", "write '/b'");
        yield return One("\"pathPrefix\": \"/%61\"", "write '/a'");
        yield return One("\"pathPrefix\": \"/../b\"", ".pathPrefix: '/../b' is no path: it climbs above the root");
        yield return One("\"pathPrefix\": \"/100%\"", "write the path itself, and %25 for a '%'");
        yield return One("\"pathPrefix\": \"/a\", \"path\": \"/a/b\"", ".path: it is beside pathPrefix; keep one of them");

        // Methods and fields.
        yield return One("\"methods\": [ \"get\" ]", ".methods: 'get' is not GET: methods have their case; write GET");
        yield return One("\"methods\": [ \"GET POST\" ]", ".methods: 'GET POST' is no method");
        yield return One("\"methods\": [ \"CONNECT\" ]", ".methods: CONNECT is refused before any route");
        yield return One("\"headers\": { \"X Env\": \"beta\" }", ".headers.X Env: 'X Env' is no name of a header field");
        yield return One("\"headers\": { \"X-Env\": true }", ".headers.X-Env: 'true' is no object; write { \"value\": … }");
        yield return One("\"headers\": { \"X-Env\": { \"value\": \"a\", \"values\": [ \"b\" ] } }", ".headers.X-Env.values: it is beside value; keep one of them");
        yield return One("\"headers\": { \"X-Env\": { \"value\": \"a\", \"is\": \"absent\" } }", ".headers.X-Env.is: a field that is absent has no value");
        yield return One("\"headers\": { \"X-Env\": { \"is\": \"absnt\" } }", "did you mean absent?");
        yield return One("\"headers\": { \"X-Env\": \"a\\r\\nb\" }", ".headers.X-Env: 'a\\u000d\\u000ab' is no value of a header field");
        yield return One("\"headers\": { \"X-Env\": \"a\", \"x-env\": \"b\" }", ".headers.x-env: it is there in another case, too");

        // What becomes of a request.
        yield return Whole("\"redirect\": { \"to\": \"//a.test\" }, \"cluster\": \"app\"", ".redirect: it is beside cluster; a route has one of cluster, redirect and answer");
        yield return Whole("\"answer\": {}, \"redirect\": { \"to\": \"https://a.test\" }", ".answer: it is beside redirect");
        yield return Whole("\"path\": \"/x\"", ".cluster: it is missing; name the cluster that serves what matches, or write redirect or answer");
        yield return Whole("\"redirect\": {}", ".redirect.to: it is missing; write where to redirect");
        yield return Whole("\"redirect\": { \"to\": \"https://a.test\", \"status\": 304 }", ".redirect.status: 304 is no redirect; use 301, 302, 303, 307 or 308");
        yield return Whole("\"redirect\": { \"to\": \"https://{hots}/\" }", ".redirect.to: '{hots}' is no placeholder; write {host} or {path} or {rest} or {query}");
        yield return Whole("\"redirect\": { \"to\": \"https://a.test/}\" }", ".redirect.to: '}' is no placeholder");
        yield return Whole("\"redirect\": { \"to\": \"{path}{path}\" }", ".redirect.to: {path} is there twice; keep one of them");
        yield return Whole("\"redirect\": { \"to\": \"https://{path}\" }", ".redirect.to: 'https://{path}' does not begin as an address");
        yield return Whole("\"redirect\": { \"to\": \"https:///{host}\" }", "does not begin as an address");
        yield return Whole("\"redirect\": { \"to\": \"//{path}\" }", "does not begin as an address");
        yield return Whole("\"redirect\": { \"to\": \"{host}{path}\" }", "does not begin as an address");
        yield return Whole("\"redirect\": { \"to\": \"javascript:x\" }", "does not begin as an address");
        yield return Whole("\"redirect\": { \"to\": \"/a\\\\b\" }", "has a character that no address has");
        yield return Whole("\"redirect\": { \"to\": \"/a\\r\\nX: y\" }", "has a character that no address has");
        yield return Whole("\"redirect\": { \"to\": \"/a{rest}\" }", ".redirect.to: {rest} is what is behind pathPrefix, which this route does not have");
        yield return Whole("\"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"/a/b?x\" }", ".redirect.to: '/a/b?x' leads to this route again, in a circle");
        yield return Whole("\"redirect\": { \"to\": \"{path}{query}\" }", "in a circle");
        yield return Whole("\"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"/a{path}{query}\" }", ".redirect.to: '/a{path}{query}' leads to this route again, in a circle");
        yield return Whole("\"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"/a/b{rest}\" }", ".redirect.to: '/a/b{rest}' leads to this route again, in a circle");
        yield return Whole("\"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"/a{query}\" }", ".redirect.to: '/a{query}' leads to this route again, in a circle");
        yield return Whole("\"hosts\": [ \"a.test\" ], \"redirect\": { \"to\": \"/new{path}\" }", ".redirect.to: '/new{path}' leads to this route again, in a circle");
        yield return Whole("\"answer\": { \"status\": 302 }", ".answer.status: 302 leads elsewhere; write redirect instead of answer");
        yield return Whole("\"answer\": { \"status\": 101 }", ".answer.status: 101 cannot be answered here");
        yield return Whole("\"answer\": { \"status\": 204, \"body\": \"x\" }", ".answer.body: 204 has no body");
        yield return Whole("\"answer\": { \"contentType\": \"a\\nb\" }", ".answer.contentType: 'a\\u000ab' is no media type");
        yield return Whole($"\"answer\": {{ \"body\": \"{new string('x', (64 * 1024) + 1)}\" }}", ".answer.body: it has more than 64KiB");
        yield return Whole("\"answer\": {}, \"rewrite\": { \"addPrefix\": \"/a\" }", ".rewrite: nothing goes to a backend here");
        yield return Whole("\"answer\": {}, \"requestHeaders\": { \"remove\": [ \"A\" ] }", ".requestHeaders: nothing goes to a backend here");
        yield return Whole("\"answer\": {}, \"responseHeaders\": { \"remove\": [ \"A\" ] }", ".responseHeaders.remove: no backend answers here");
        yield return Whole("\"answer\": {}, \"responseHeaders\": { \"set\": { \"content-type\": \"a\" } }", ".responseHeaders.set.content-type: the answer has one already");

        // Rewriting.
        yield return One("\"pathPrefix\": \"/a\", \"rewrite\": { \"stripPrefix\": \"/b\" }", ".rewrite.stripPrefix: not every path here begins with '/b'");
        yield return One("\"pathPrefix\": \"/ab\", \"rewrite\": { \"stripPrefix\": \"/a\" }", ".rewrite.stripPrefix: not every path here begins with '/a'");
        yield return One("\"rewrite\": { \"stripPrefix\": \"/b\" }", ".rewrite.stripPrefix: not every path here begins with '/b'");
        yield return One("\"rewrite\": { \"addPrefix\": \"b\" }", ".rewrite.addPrefix: 'b' is no path");
        yield return One("\"rewrite\": { \"host\": \"a.test/b\" }", ".rewrite.host: 'a.test/b' is no host");
        yield return One("\"requestHeaders\": { \"set\": { \"X-A\": \"a\\r\\nX-B: b\" } }", ".requestHeaders.set.X-A: 'a\\u000d\\u000aX-B: b' cannot be its value");
        yield return One("\"requestHeaders\": { \"set\": { \"X-A\": \" a\" } }", "cannot be its value");
        yield return One("\"requestHeaders\": { \"set\": { \"X-A\": \"ü\" } }", "cannot be its value");
        yield return One("\"requestHeaders\": { \"set\": { \"X-A\": 1 } }", ".requestHeaders.set.X-A: '1' cannot be its value; write a text");
        yield return One("\"requestHeaders\": { \"set\": [ \"X-A\" ] }", ".requestHeaders.set: a list is no object of texts");
        yield return One("\"requestHeaders\": { \"set\": { \"X-A:\": \"a\" } }", "'X-A:' is no name of a header field");
        yield return One("\"requestHeaders\": { \"set\": { \"X-A\": \"a\" }, \"remove\": [ \"x-a\" ] }", ".requestHeaders.remove: 'x-a' is set, too");
        foreach (var name in new[] { "Connection", "content-length", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Keep-Alive" })
        {
            yield return One($"\"requestHeaders\": {{ \"remove\": [ \"{name}\" ] }}", $".requestHeaders.remove: {name} cannot be removed");
            yield return One($"\"responseHeaders\": {{ \"set\": {{ \"{name}\": \"a\" }} }}", $".responseHeaders.set.{name}: {name} cannot be set");
        }

        yield return One("\"requestHeaders\": { \"set\": { \"Host\": \"a\" } }", "Host cannot be set: backends are told the host by rewrite.host");
        yield return One("\"requestHeaders\": { \"set\": { \"X-Forwarded-For\": \"a\" } }", "X-Forwarded-For cannot be set");
        yield return One("\"requestHeaders\": { \"remove\": [ \"Expect\" ] }", "Expect cannot be removed");

        // Routes that no request comes to.
        yield return Two("", "\"path\": \"/a\"");
        yield return Two("\"pathPrefix\": \"/a\"", "\"pathPrefix\": \"/a/b\"");
        yield return Two("\"pathPrefix\": \"/a\"", "\"path\": \"/a\", \"methods\": [ \"GET\" ]");
        yield return Two("\"path\": \"/a\"", "\"path\": \"/a\"");
        yield return Two("\"hosts\": [ \"*.test\" ]", "\"hosts\": [ \"a.b.TEST\", \"*.b.test\" ]");
        yield return Two("\"methods\": [ \"GET\", \"HEAD\" ]", "\"methods\": [ \"HEAD\" ]");
        yield return Two("\"headers\": { \"X-A\": { \"values\": [ \"a\", \"b\" ] } }", "\"headers\": { \"x-a\": \"b\", \"X-B\": \"\" }");
        yield return Two("\"headers\": { \"X-A\": {} }", "\"headers\": { \"X-A\": \"b\" }");

        static TestCaseData One(string route, string message) => Whole($"{App}, {route}", message);

        static TestCaseData Two(string first, string second) => new TestCaseData(
                $"{{ {App}{(first.Length > 0 ? ", " : "")}{first} }}, {{ {App}, {second} }}",
                "listeners.web.routes[1]: it never takes a request: routes[0] takes all of them before it")
            .SetName($"A_route_behind_another: {first} – {second}");

        static TestCaseData Whole(string route, string message) =>
            new TestCaseData($"{{ {route} }}", message)
                .SetName($"Of_a_route_it_is_said: {message} ({(route.Length > 100 ? "long" : route)})");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Of_a_route(string routes, string message)
    {
        var errors = Check(routes);

        Assert.That(errors, Has.Length.EqualTo(1).And.One.Contains(message), string.Join('\n', errors));
        Assert.That(errors[0], Does.StartWith("x.json:1:").And.Contain(": listeners.web.routes["));
    }

    [TestCase("\"pathPrefix\": \"/a/b\"", "\"pathPrefix\": \"/a\"")]
    [TestCase("\"pathPrefix\": \"/a\"", "\"pathPrefix\": \"/ab\"")]
    [TestCase("\"path\": \"/a\"", "\"pathPrefix\": \"/a\"")]
    [TestCase("\"hosts\": [ \"*.a.test\" ]", "\"hosts\": [ \"a.test\" ]")]
    [TestCase("\"hosts\": [ \"a.test\" ]", "\"hosts\": [ \"a.test\", \"b.test\" ]")]
    [TestCase("\"hosts\": [ \"a.test\" ]", "\"path\": \"/\"")]
    [TestCase("\"methods\": [ \"GET\" ]", "\"methods\": [ \"GET\", \"HEAD\" ]")]
    [TestCase("\"headers\": { \"X-A\": \"a\" }", "\"headers\": { \"X-A\": {} }")]
    [TestCase("\"headers\": { \"X-A\": { \"is\": \"absent\" } }", "\"headers\": { \"X-A\": \"a\" }")]
    [TestCase("\"headers\": { \"X-A\": \"a\" }", "\"path\": \"/\"")]
    public void Of_routes_that_each_take_something_nothing_is_said(string first, string second) =>
        Assert.That(Check($"{{ {App}, {first} }}, {{ {App}, {second} }}"), Is.Empty);

    [TestCase("\"redirect\": { \"to\": \"https://{host}{path}{query}\", \"status\": 308 }")]
    [TestCase("\"redirect\": { \"to\": \"//a.test{path}\" }")]
    [TestCase("\"pathPrefix\": \"/old\", \"redirect\": { \"to\": \"/new{rest}\" }")]
    [TestCase("\"pathPrefix\": \"/a/b\", \"cluster\": \"app\", \"rewrite\": { \"stripPrefix\": \"/a\", \"addPrefix\": \"/\", \"host\": \"[::1]:80\" }")]
    [TestCase("\"pathPrefix\": \"/ü\", \"cluster\": \"app\"")]
    [TestCase("\"answer\": { \"status\": 204 }, \"responseHeaders\": { \"set\": { \"X-A\": \"\" } }")]
    [TestCase("\"cluster\": \"app\", \"headers\": { \"X-A\": \"ü\", \"X-B\": { \"is\": \"present\" }, \"X-C\": { \"values\": [ \"a\", \"b\" ] } }")]
    [TestCase("\"cluster\": \"app\", \"methods\": [ \"PURGE\", \"PATCH\" ]")]
    public void Of_a_good_route_nothing_is_said_and_its_text_means_the_same(string route)
    {
        var options = Read($"{{ {route} }}");
        Assert.That(LoadBalancer.Check(options), Is.Empty);

        // What check --effective prints is a file again.
        var text = ConfigurationFile.Format(options);
        var again = ConfigurationFile.Read(Encoding.UTF8.GetBytes(text), "x.json", [], new Dictionary<string, string>(), new ConfigurationErrors());
        Assert.That(LoadBalancer.Check(again), Is.Empty);
        Assert.That(ConfigurationFile.Format(again), Is.EqualTo(text));
    }

    [TestCase("{ \"path\": \"/sorry\", \"cluster\": \"app\" }, { \"redirect\": { \"to\": \"/sorry\" } }", Description = "an earlier route breaks it")]
    [TestCase("{ \"methods\": [ \"POST\" ], \"redirect\": { \"to\": \"/done\", \"status\": 303 } }", Description = "what comes back is a GET")]
    [TestCase("{ \"headers\": { \"Cookie\": { \"is\": \"absent\" } }, \"redirect\": { \"to\": \"{path}\" } }", Description = "a cookie may come back")]
    [TestCase("{ \"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"/ab{path}\" } }", Description = "another segment")]
    [TestCase("{ \"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"/b{path}\" } }", Description = "another path")]
    [TestCase("{ \"path\": \"/a\", \"redirect\": { \"to\": \"/a{path}\" } }", Description = "the whole path is another")]
    [TestCase("{ \"path\": \"/a/b/c\", \"cluster\": \"app\" }, { \"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"/a/b{rest}\" } }", Description = "an earlier route may take what comes back")]
    [TestCase("{ \"pathPrefix\": \"/new\", \"cluster\": \"app\" }, { \"redirect\": { \"to\": \"/new{path}\" } }", Description = "an earlier route takes what comes back")]
    [TestCase("{ \"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"/a/../b{rest}\" } }", Description = "it leads out of the prefix")]
    [TestCase("{ \"pathPrefix\": \"/a\", \"redirect\": { \"to\": \"https://{host}{path}{query}\" } }", Description = "another scheme comes elsewhere")]
    public void A_redirect_that_may_come_elsewhere_is_no_circle(string routes) => Assert.That(Check(routes), Is.Empty);

    private static string[] Check(string routes) => [.. LoadBalancer.Check(Read(routes)).Select(static error => error.ToString())];

    private static LbCoreOptions Read(string routes) => ConfigurationFile.Read(
        Encoding.UTF8.GetBytes(
            $"{{ \"listeners\": {{ \"web\": {{ \"address\": \"127.0.0.1:80\", \"routes\": [ {routes} ] }} }}, "
            + "\"clusters\": { \"app\": { \"backends\": { \"a\": \"127.0.0.1:9001\" } } } }"),
        "x.json",
        [],
        new Dictionary<string, string>(),
        new ConfigurationErrors());
}
