using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

public sealed class TransportAddressTests
{
    [TestCase("127.0.0.1:80")]
    [TestCase("0.0.0.0:0")]
    [TestCase("[::1]:65535")]
    [TestCase("[fe80::1]:8080")]
    [TestCase("*:443")]
    [TestCase("unix:/run/app.sock")]
    public void What_is_read_is_written_the_same(string text)
    {
        Assert.That(TransportAddress.TryParse(text, out var endPoint, out var error), Is.True, error);
        Assert.That(TransportAddress.Format(endPoint), Is.EqualTo(text));
    }

    [TestCase("", "write *:8080")]
    [TestCase("localhost", "a name cannot be listened on; write 127.0.0.1:8080")]
    [TestCase(":80", "write *:80 for every address of this machine, or 127.0.0.1:80")]
    [TestCase("80", "write *:80 for every address of this machine, or 127.0.0.1:80")]
    [TestCase("99999", "write *:8080")]
    [TestCase("localhost:80", "a name cannot be listened on; write 127.0.0.1:80")]
    [TestCase("127.0.0.1", "the port is missing; write 127.0.0.1:8080")]
    [TestCase("127.0.0.1:", "the port is missing; write 127.0.0.1:8080")]
    [TestCase("*", "the port is missing; write *:8080")]
    [TestCase("[::1]", "the port is missing; write [::1]:8080")]
    [TestCase("[::1]:", "the port is missing; write [::1]:8080")]
    [TestCase("127.0.0.1:65536", "not a port")]
    [TestCase("127.0.0.1:-1", "not a port")]
    [TestCase("127.0.0.1: 80", "not a port")]
    [TestCase("1:80", "not an IP address")]
    [TestCase("127.1:80", "not an IP address")]
    [TestCase("0x7f.0.0.1:80", "not an IP address")]
    [TestCase("::1:80", "goes in brackets; write [::1]:80")]
    [TestCase("::1", "goes in brackets; write [::1]:8080")]
    [TestCase("::1]:80", "goes in brackets; write [::1]:80")]
    [TestCase("[127.0.0.1]:80", "[127.0.0.1] is not an IPv6 address; write [::1]:80, or 127.0.0.1:80")]
    [TestCase("[]:80", "not an IPv6 address")]
    [TestCase("[::1:80", "bracket is not closed; write [::1]:80")]
    [TestCase("[::1", "bracket is not closed; write [::1]:8080")]
    [TestCase("[", "bracket is not closed; write [::1]:8080")]
    [TestCase("a:b:c", "goes in brackets; write [::1]:8080")]
    [TestCase("unix:", "the path is missing; write unix:/run/app.sock")]
    [TestCase("unix:/a\0b", "NUL")]
    public void What_is_wrong_is_said(string text, string reason)
    {
        Assert.That(TransportAddress.TryParse(text, out var endPoint, out var error), Is.False);
        Assert.That(endPoint, Is.Null);
        Assert.That(error, Does.Contain(reason));
    }

    [Test]
    public void A_unix_path_has_at_most_107_bytes()
    {
        Assert.That(TransportAddress.TryParse("unix:" + new string('a', 107), out var endPoint, out _), Is.True);
        Assert.That(endPoint, Is.InstanceOf<UnixDomainSocketEndPoint>());
        Assert.That(TransportAddress.TryParse("unix:" + new string('ä', 54), out _, out var error), Is.False, "bytes count, not letters");
        Assert.That(error, Does.Contain("108 bytes").And.Contain("107 at most"));
    }

    [Test]
    public void A_star_is_every_address_of_both_stacks()
    {
        Assert.That(TransportAddress.TryParse("*:80", out var endPoint, out _), Is.True);
        Assert.That(endPoint, Is.EqualTo(new IPEndPoint(IPAddress.IPv6Any, 80)));
    }
}
