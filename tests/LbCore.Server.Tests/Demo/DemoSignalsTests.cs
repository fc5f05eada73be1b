using System.Collections.Generic;
using System.Threading;
using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
internal sealed class DemoSignalsTests
{
    private readonly List<int> _exits = [];

    [SetUp]
    public void Forget() => _exits.Clear();

    [Test]
    public void The_first_signal_stops_the_demo()
    {
        using var stop = new CancellationTokenSource();
        using var signals = new DemoSignals(stop, static () => { }, _exits.Add);

        signals.Take(15);

        Assert.That(stop.IsCancellationRequested);
        Assert.That(_exits, Is.Empty);
    }

    [Test]
    public void A_signal_that_comes_after_the_end_does_nothing()
    {
        var stop = new CancellationTokenSource();
        using var signals = new DemoSignals(stop, static () => { }, _exits.Add);
        stop.Dispose();

        Assert.That(() => signals.Take(15), Throws.Nothing);
    }

    [Test]
    [CancelAfter(60_000)]
    public void The_second_signal_ends_the_process_also_when_its_terminal_takes_nothing(CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        using var never = new ManualResetEventSlim();
        using var signals = new DemoSignals(stop, () => never.Wait(cancellationToken), _exits.Add);

        signals.Take(2);
        signals.Take(2);

        Assert.That(_exits, Is.EqualTo(new[] { 130 }));
        never.Set();
    }
}
