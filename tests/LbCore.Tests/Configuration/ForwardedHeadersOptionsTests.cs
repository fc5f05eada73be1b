using System.Linq;
using System.Net;
using LbCore.Configuration;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class ForwardedHeadersOptionsTests
{
    [TestCase("10.0.0.0/8")]
    [TestCase("0.0.0.0/0")]
    [TestCase("192.0.2.7")]
    [TestCase("fd00::/8")]
    [TestCase("::1")]
    [TestCase("::ffff:10.0.0.0/104")]
    [TestCase("unix")]
    public void Addresses_networks_and_unix_can_be_trusted(string entry) => Assert.That(Errors(entry), Is.Empty);

    [TestCase("10.0.0.0/33", "'10.0.0.0/33' is no address or network; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, or unix")]
    [TestCase("10.1", "'10.1' is no address or network; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, or unix")]
    [TestCase("0x0a.0.0.1", "'0x0a.0.0.1' is no address or network; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, or unix")]
    [TestCase("proxy.example.com", "'proxy.example.com' is no address or network; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, or unix")]
    [TestCase("", "'' is no address or network; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, or unix")]
    [TestCase("/8", "'/8' is no address or network; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, or unix")]
    [TestCase("10.0.0.0/-1", "'10.0.0.0/-1' is no address or network; write one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, or unix")]
    public void Anything_else_is_an_error_that_says_how_it_is_written(string entry, string error) =>
        Assert.That(Errors(entry), Is.EqualTo(new[] { "listeners.web.forwardedHeaders.trusted[1]: " + error }));

    [Test]
    public void A_mode_that_code_has_made_of_a_number_is_an_error()
    {
        var options = new LbCoreOptions();
        options.Listeners["web"] = new ListenerOptions { Underscores = (UnderscoreMode)9, ForwardedHeaders = { XForwardedFor = (ForwardedHeaderMode)9, XRequestId = (ForwardedHeaderMode)3 } };

        Assert.That(
            ForwardedHeadersRules.Check("listeners.web", options.Listeners["web"]).Select(static error => error.ToString()),
            Is.EqualTo(new[]
            {
                "listeners.web.underscores: 9 cannot be its value; use keep, drop or reject",
                "listeners.web.forwardedHeaders.xForwardedFor: 9 cannot be its value; use append, set or off",
                "listeners.web.forwardedHeaders.xRequestId: 3 cannot be its value; use append, set or off",
            }));
    }

    [TestCase("10.0.0.0/8", "10.1.2.3", true)]
    [TestCase("10.0.0.0/8", "11.1.2.3", false)]
    [TestCase("10.0.0.0/8", "fd00::1", false)]
    [TestCase("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [TestCase("10.0.0.1/8", "10.1.2.3", true)]
    [TestCase("192.0.2.7", "192.0.2.7", true)]
    [TestCase("192.0.2.7", "192.0.2.8", false)]
    [TestCase("fd00::/8", "fd12::1", true)]
    [TestCase("::1", "::2", false)]
    public void An_entry_means_the_addresses_within_it(string entry, string address, bool expected)
    {
        Assert.That(TrustedSenders.TryParse(entry, out var network, out _), Is.True);
        Assert.That(network.Contains(IPAddress.Parse(address)), Is.EqualTo(expected));
    }

    private static string[] Errors(string entry)
    {
        var listener = new ListenerOptions { ForwardedHeaders = { Trusted = { "127.0.0.0/8", entry } } };
        return [.. ForwardedHeadersRules.Check("listeners.web", listener).Select(static error => error.ToString())];
    }
}
