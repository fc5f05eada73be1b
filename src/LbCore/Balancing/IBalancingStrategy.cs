using System.Collections.Generic;
using LbCore.Topology;

namespace LbCore.Balancing;

/// <summary>Represents a way to pick a backend, which configuration refers to by name.</summary>
/// <remarks>
/// Its members are called off the loops and may take their time; what <see cref="Create"/> returns is what chooses. One
/// object serves all clusters that name it, from several threads.
/// </remarks>
public interface IBalancingStrategy
{
    /// <summary>Gets the name: 1 to 64 letters, digits, '-', '_' or '.'.</summary>
    string Name { get; }

    /// <summary>Gets the parameters that configuration may set beside the name. Others are refused.</summary>
    IReadOnlyList<StrategyParameter> Parameters => [];

    /// <summary>Gets whether backends' times to the first byte are measured where the strategy is used. That costs two looks at the clock a request.</summary>
    bool MeasuresFirstByte => false;

    /// <summary>Returns what is wrong with arguments that are right one by one, as a sentence with the mend; null when nothing is.</summary>
    /// <param name="arguments">The arguments.</param>
    string? Check(StrategyArguments arguments) => null;

    /// <summary>Returns what the choice depends on. The data plane finds it in each connection or request.</summary>
    /// <param name="arguments">The arguments, which passed <see cref="Check"/>.</param>
    SelectionKey KeyOf(StrategyArguments arguments) => SelectionKey.None;

    /// <summary>Builds the selector for one set.</summary>
    /// <param name="set">The backends to choose from; may be empty.</param>
    /// <param name="arguments">The arguments, which passed <see cref="Check"/>.</param>
    /// <param name="previous">The selector that this one replaces, so that its position carries on; null for the first. May be another strategy's.</param>
    BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous);
}
