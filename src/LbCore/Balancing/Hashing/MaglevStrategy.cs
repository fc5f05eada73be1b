using System.Collections.Generic;
using System.Globalization;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// A table in which each backend has its share of the slots to within one. The quickest and the most even; a change of the
/// set moves a few keys more than it must.
/// </summary>
internal sealed class MaglevStrategy : IBalancingStrategy
{
    /// <summary>The default of the paper, of Envoy and of others.</summary>
    public const int DefaultTableSize = 65_537;

    private const string TableSize = "tableSize";
    private const int MinTableSize = 2;

    // What Envoy allows: 20 MB.
    private const int MaxTableSize = 5_000_011;

    public string Name => StrategyNames.Maglev;

    public IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        .. KeyParameters.All,
        StrategyParameter.Text(
            TableSize,
            "How many slots the table has, of 4 bytes each. A hundred times as many as backends keep shares within 1 percent; "
            + "fewer than backends become the next prime above their number.",
            "a prime from 2 to 5000011",
            DefaultTableSize.ToString(CultureInfo.InvariantCulture),
            CheckTableSize),
    ];

    public string? Check(StrategyArguments arguments) => KeyParameters.Check(arguments);

    public SelectionKey KeyOf(StrategyArguments arguments) => KeyParameters.KeyOf(arguments);

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous) =>
        new MaglevSelector(set, KeyParameters.HasherOf(arguments), arguments.Number(TableSize)!.Value);

    private static string? CheckTableSize(string text)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size))
        {
            return $"'{text}' is no whole number; use a prime from {MinTableSize} to {MaxTableSize}";
        }

        if (size is < MinTableSize or > MaxTableSize)
        {
            return $"{size} is out of range; use a prime from {MinTableSize} to {MaxTableSize}";
        }

        // The largest size is a prime, so there is one above every size that is not.
        return Primes.IsPrime(size) ? null : $"{size} is no prime; the nearest are {Primes.AtMost(size)} and {Primes.AtLeast(size)}";
    }
}
