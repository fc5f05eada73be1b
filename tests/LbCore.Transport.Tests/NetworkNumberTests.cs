using System.Net;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class NetworkNumberTests
{
    [TestCase("192.0.2.1", "192.0.2.1", true)]
    [TestCase("192.0.2.1", "192.0.2.2", false)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("2001:db8::1", "2001:db8::ffff:1:2", true)]
    [TestCase("2001:db8::1", "2001:db8:0:1::1", false)]
    [TestCase("::1", "0.0.0.1", false)]
    [TestCase("::1", "127.0.0.1", false)]
    public void Of_IPv4_the_address_counts_and_of_IPv6_its_first_half(string one, string other, bool same) =>
        Assert.That(NetworkNumber.Of(IPAddress.Parse(one)) == NetworkNumber.Of(IPAddress.Parse(other)), Is.EqualTo(same));

    [TestCase("0.0.0.0")]
    [TestCase("::")]
    [TestCase("::1")]
    [TestCase("::ffff:0.0.0.0")]
    public void No_address_has_the_number_of_none(string address) => Assert.That(NetworkNumber.Of(IPAddress.Parse(address)), Is.Not.Zero);
}
