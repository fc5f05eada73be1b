using System;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Server.Demo;
using LbCore.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
internal sealed class LoadGeneratorTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task A_client_that_fails_is_told_while_the_others_go_on(CancellationToken cancellationToken)
    {
        await using var engine = TransportEngine.Create(new TransportOptions { Loops = 1 }, NullLogger.Instance);
        var backend = DemoBackend.Start(engine, new BackendSpec("a"));
        var broken = new LoadTarget(null!, IsTcp: true);

        var load = LoadGenerator.Start(100, engine.Loops[0], new LoadTarget(backend.Address, IsTcp: false), broken, new LoadReport(new Ledger(), [backend]));

        Assert.That(() => load.Completion.WaitAsync(cancellationToken), Throws.Exception.Not.InstanceOf<OperationCanceledException>());
        Assert.That(() => load.DisposeAsync().AsTask(), Throws.Exception);
    }
}
