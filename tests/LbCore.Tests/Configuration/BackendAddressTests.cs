using System.Net;
using System.Net.Sockets;
using LbCore.Configuration;
using NUnit.Framework;

namespace LbCore.Tests.Configuration;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class BackendAddressTests
{
    [TestCase("127.0.0.1:80", "127.0.0.1:80")]
    [TestCase("[::1]:80", "[::1]:80")]
    public void Addresses_need_no_resolving(string text, string endPoint)
    {
        Assert.That(BackendAddress.TryParse(text, out var address, out var error), Is.True, error);
        Assert.That(address.EndPoint, Is.EqualTo(IPEndPoint.Parse(endPoint)));
        Assert.That(address.Host, Is.Null);
    }

    [Test]
    public void Unix_sockets_are_addresses()
    {
        Assert.That(BackendAddress.TryParse("unix:/run/app.sock", out var address, out _), Is.True);
        Assert.That(address.EndPoint, Is.InstanceOf<UnixDomainSocketEndPoint>());
    }

    [TestCase("localhost:9001", "localhost", 9001)]
    [TestCase("db-1.example.com:5432", "db-1.example.com", 5432)]
    [TestCase("app_1:80", "app_1", 80)]
    [TestCase("example.com.:80", "example.com.", 80)]
    public void Names_are_kept_for_the_resolver(string text, string host, int port)
    {
        Assert.That(BackendAddress.TryParse(text, out var address, out var error), Is.True, error);
        Assert.That((address.EndPoint, address.Host, address.Port), Is.EqualTo(((EndPoint?)null, host, port)));
    }

    [TestCase("")]
    [TestCase("localhost")]
    [TestCase("localhost:")]
    [TestCase("localhost:0")]
    [TestCase("localhost:70000")]
    [TestCase("127.0.0.1:0")]
    [TestCase("300.1.1.1:80")]
    [TestCase("1:80")]
    [TestCase("::1:80")]
    [TestCase("*:80")]
    [TestCase("0.0.0.0:80")]
    [TestCase("-x:80")]
    [TestCase("a b:80")]
    [TestCase("unix:")]
    [TestCase("[::ffff:0.0.0.0]:80")]
    public void What_cannot_be_dialled_is_refused_with_the_mend(string text)
    {
        Assert.That(BackendAddress.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.StartWith($"'{text}'").And.Contain("write"));
    }

    [TestCase(":8080", "write 127.0.0.1:8080, or name:8080")]
    [TestCase("8080", "write 127.0.0.1:8080, or name:8080")]
    [TestCase(":x", "write 127.0.0.1:8080, or name:8080")]
    [TestCase("db", "write db:8080")]
    [TestCase("127.0.0.1", "write 127.0.0.1:8080")]
    [TestCase("db:0", "write a number from 1 to 65535")]
    [TestCase("300.1.1.1:80", "neither an IP address nor a name")]
    [TestCase("[::1", "write [::1]:8080")]
    [TestCase("*:80", "write one address, such as 127.0.0.1:80")]
    public void The_mend_fits_what_was_meant(string text, string mend)
    {
        Assert.That(BackendAddress.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain(mend));
    }
}
