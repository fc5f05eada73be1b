using System.Collections.Generic;
using System.Globalization;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// A ring with many points for each backend. A backend that comes or goes moves only the keys that it gets or had.
/// </summary>
internal sealed class ConsistentHashStrategy : IBalancingStrategy
{
    private const string PointsPerWeight = "pointsPerWeight";
    private const string BalanceFactor = "balanceFactor";
    private const double DefaultFactorForContent = 1.5;

    // The nearer to 1, the longer the way to a backend with room: the paper's bound grows with 1/(factor - 1)^2.
    private const double MinFactor = 1.1;
    private const double MaxFactor = 10;
    private const string FactorForm = "0 (off), or 1.1 to 10";

    public string Name => StrategyNames.ConsistentHash;

    public IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        .. KeyParameters.All,
        StrategyParameter.Number(
            PointsPerWeight,
            "How many points a backend has on the ring for each unit of its weight. More make shares more even and cost memory. "
            + "All backends together have at most 1,000,000; beyond that each one's number is halved until they fit.",
            160,
            1,
            1024),
        StrategyParameter.Text(
            BalanceFactor,
            "How far above its share of the requests in flight a backend may be before the next on the ring is taken. 1.5 for the "
            + "keys path and query, off for the others, since those are often sessions.",
            FactorForm,
            defaultText: null,
            CheckFactor),
    ];

    public string? Check(StrategyArguments arguments) => KeyParameters.Check(arguments);

    public SelectionKey KeyOf(StrategyArguments arguments) => KeyParameters.KeyOf(arguments);

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) =>
        new RingSelector(set, KeyParameters.HasherOf(arguments), arguments.Number(PointsPerWeight)!.Value, FactorOf(arguments));

    private static double FactorOf(StrategyArguments arguments) => arguments.Real(BalanceFactor)
        ?? (KeyParameters.KeyOf(arguments).Kind is SelectionKeyKind.Path or SelectionKeyKind.Query ? DefaultFactorForContent : 0);

    private static string? CheckFactor(string text) =>
        !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor)
            ? $"'{text}' is no number; use {FactorForm}"
            : factor is 0 or (>= MinFactor and <= MaxFactor) ? null : $"{text} is out of range; use {FactorForm}";
}
