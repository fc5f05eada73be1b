namespace LbCore.Balancing;

/// <summary>The names of the built-in strategies.</summary>
internal static class StrategyNames
{
    /// <summary>In turn, by weight, evenly mixed. The right one unless connections differ much in cost.</summary>
    public const string RoundRobin = "round-robin";

    /// <summary>The same; the name that users of other balancers look for.</summary>
    public const string WeightedRoundRobin = "weighted-round-robin";

    /// <summary>By chance, by weight.</summary>
    public const string Random = "random";

    /// <summary>The less loaded of two drawn by weight.</summary>
    public const string PowerOfTwo = "power-of-two";

    /// <summary>The least loaded of all.</summary>
    public const string LeastConnections = "least-connections";

    /// <summary>The quickest to answer, with regard to what it has in flight.</summary>
    public const string LeastTime = "least-time";

    /// <summary>By the client's address.</summary>
    public const string IpHash = "ip-hash";

    /// <summary>By a key, on a ring, with bounded loads when wanted.</summary>
    public const string ConsistentHash = "consistent-hash";

    /// <summary>By a key, to the backend that wins the race. Exact, and a look at each backend.</summary>
    public const string Rendezvous = "rendezvous";

    /// <summary>By a key, in a table. The quickest and the most even of those that hash.</summary>
    public const string Maglev = "maglev";
}
