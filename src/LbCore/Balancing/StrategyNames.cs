namespace LbCore.Balancing;

/// <summary>The names of the built-in strategies.</summary>
internal static class StrategyNames
{
    /// <summary>In turn, by weight, evenly mixed. The right one unless connections differ much in cost.</summary>
    public const string RoundRobin = "round-robin";

    /// <summary>The same; the name that users of other balancers look for.</summary>
    public const string WeightedRoundRobin = "weighted-round-robin";
}
