using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.TestKit;
using LbCore.TestKit.Vectors;
using NUnit.Framework;

namespace LbCore.Tests.Proxying.Http;

/// <summary>The vectors under <c>tests/vectors</c>, through a load balancer, whole and one byte after the other.</summary>
[TestFixtureSource(typeof(EngineMatrix), nameof(EngineMatrix.OneLoopBare))]
internal sealed class VectorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly EngineCase _engine;
    private readonly CancellationTokenSource _end = new();
    private RecordingBackend _backend = null!;
    private BalancerHarness _harness = null!;

    public VectorTests(EngineCase engine) => _engine = engine;

    public static IEnumerable<TestCaseData> Requests() => Cases(VectorFiles.Requests);

    public static IEnumerable<TestCaseData> Responses() => Cases(VectorFiles.Responses);

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _backend = new RecordingBackend(_end.Token);
        _harness = await BalancerHarness.StartHttpAsync(_engine, [_backend.EndPoint], _end.Token);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _harness.DisposeAsync();
        await _backend.DisposeAsync();
        _end.Dispose();
    }

    [TestCaseSource(nameof(Requests))]
    [CancelAfter(60_000)]
    public async Task A_request_is_forwarded_without_doubt_or_refused(RequestVector vector, bool byteByByte, CancellationToken token)
    {
        var outcome = await new VectorRunner(_harness.EndPoint, _backend, Patience, token).RunAsync(vector, byteByByte);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Violations, Is.Empty);
            Assert.That(outcome.Status, Is.EqualTo(vector.LbCore.Status));
            Assert.That(outcome.Closed || outcome.Reaction != Reaction.Refuse, Is.True, "a refusal ends the connection");
            Assert.That(outcome.Reaction, Is.Not.EqualTo(Reaction.Silent));
        });
    }

    [TestCaseSource(nameof(Responses))]
    [CancelAfter(60_000)]
    public async Task A_response_is_passed_on_without_doubt_or_its_connection_dropped(ResponseVector vector, bool byteByByte, CancellationToken token)
    {
        var outcome = await new VectorRunner(_harness.EndPoint, _backend, Patience, token).RunAsync(vector, byteByByte);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Violations, Is.Empty);
            Assert.That((outcome.Status, outcome.Reaction == Reaction.Cut), Is.EqualTo((vector.LbCore.Status, vector.LbCore.Cut)));
        });
    }

    private static IEnumerable<TestCaseData> Cases(IEnumerable<Vector> vectors) =>
        from vector in vectors
        from byteByByte in new[] { false, true }
        select new TestCaseData(vector, byteByByte).SetArgDisplayNames(vector.Name, byteByByte ? "byte by byte" : "whole");
}
