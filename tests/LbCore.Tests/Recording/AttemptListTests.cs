using System;
using System.Net;
using LbCore.Recording;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Recording;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class AttemptListTests
{
    [Test]
    public void Attempts_come_oldest_first()
    {
        var list = new AttemptList([Attempt("a"), Attempt("b")], Attempt("c"));

        Assert.That(list.Count, Is.EqualTo(3));
        Assert.That((list[0].Backend.Name, list[1].Backend.Name, list[2].Backend.Name), Is.EqualTo(("a", "b", "c")));
        Assert.That(() => list[3], Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void No_attempt_is_an_empty_list() => Assert.That(new AttemptList(null, default).Count, Is.Zero);

    private static AttemptOutcome Attempt(string name) => new()
    {
        Backend = new Backend(name, new IPEndPoint(IPAddress.Loopback, 1), 1, new BackendState()),
    };
}
