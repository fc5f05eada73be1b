using System.Linq;
using System.Threading.Tasks;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Transport.Tests;

/// <summary>That every test closes what it opened is worth no more than the list of what was opened.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.Bare))]
public sealed class EngineDescriptorsTests(EngineCase engineCase) : ContractFixture(engineCase)
{
    [Test, CancelAfter(30_000)]
    public async Task Every_descriptor_that_an_engine_opens_is_known_until_it_is_closed()
    {
        Assume.That(OpenDescriptors.CanCount, Is.True, "the system tells on Linux only");
        var isEpoll = Case.Engine == EngineKind.Epoll;
        var own = isEpoll ? 2 * Case.Loops : 0;
        Assert.That(Known(), Is.EqualTo(own), "an epoll instance and a wake descriptor for each loop");

        var listener = Harness.Listen(DrainAsync);
        var listening = isEpoll ? Case.Loops : 1;
        Assert.That(Known(), Is.EqualTo(own + listening), "and what listens");

        var clients = new[] { await Harness.ConnectAsync(listener), await Harness.ConnectAsync(listener) };
        await Eventually.TrueAsync(() => listener.Connections == 2 && Known() == own + listening + 2, "and what was accepted");

        using var backend = new RawListener(Token);
        var dialled = await Harness.RunAsync(Harness.Engine.Loops[0], () => Harness.DialAsync(Harness.Engine.Loops[0], backend.EndPoint));
        Assert.That(Known(), Is.EqualTo(own + listening + 3), "and what was dialled");

        await dialled.DisposeAsync();
        clients.ToList().ForEach(static client => client.Dispose());
        await Eventually.TrueAsync(() => Known() == own + listening, "and no more once it is closed");

        int Known() => EngineDescriptors.Open(Harness.Engine).Count;
    }
}
