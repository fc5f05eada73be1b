using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>
/// The backend that is expected to answer first: its average time to the first byte, times what it would have in flight,
/// for its weight. The peak EWMA of Twitter's Finagle (2015), which Linkerd has by default, with the choice between a few
/// drawn ones of Mitzenmacher (2001).
/// </summary>
internal sealed class LeastTimeStrategy : IBalancingStrategy
{
    private const string Decay = "decay";
    private const string FailurePenalty = "failurePenalty";
    private const string Choices = "choices";

    public string Name => StrategyNames.LeastTime;

    public IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        DurationText.Parameter(
            Decay,
            "In what time an average without new measurements fades to a third (1/e). Shorter forgets a slow moment sooner.",
            "10s",
            "100ms",
            "10m"),
        DurationText.Parameter(
            FailurePenalty,
            "What a failed attempt counts as at least, so that a backend that fails quickly does not seem quick.",
            "1s",
            "1ms",
            "1m"),
        StrategyParameter.Number(
            Choices,
            $"How many backends are drawn and compared when there are more than {LeastTimeSelector.MaxCompared}. More avoids slow ones better, and lets instances crowd more.",
            defaultNumber: 2,
            min: 2,
            max: LeastTimeSelector.MaxCompared),
    ];

    public bool MeasuresFirstByte => true;

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous)
    {
        var decay = (float)DurationText.Parse(arguments.Text(Decay)).TotalMilliseconds;
        var penalty = (float)DurationText.Parse(arguments.Text(FailurePenalty)).TotalMilliseconds;
        foreach (var backend in set.AsSpan())
        {
            backend.State.KeepFirstByte(decay, penalty);
        }

        return new LeastTimeSelector(set, decay, arguments.Number(Choices) ?? 2);
    }
}
