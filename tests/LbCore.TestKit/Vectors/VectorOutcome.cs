using System.Collections.Generic;

namespace LbCore.TestKit.Vectors;

/// <summary>What a proxy made of a vector.</summary>
/// <param name="Reaction">What it did.</param>
/// <param name="Status">The final status that the client got last; 0 for none.</param>
/// <param name="Closed">Whether it closed the client's connection behind it.</param>
/// <param name="Violations">What no proxy may do. Empty for one that keeps the rule.</param>
public sealed record VectorOutcome(Reaction Reaction, int Status, bool Closed, IReadOnlyList<string> Violations);
