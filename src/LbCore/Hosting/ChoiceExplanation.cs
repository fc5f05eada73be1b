using System.Collections.Generic;

namespace LbCore.Hosting;

/// <summary>Says which backend of a cluster a request goes to, and why, as far as that can be told without live figures.</summary>
public sealed class ChoiceExplanation
{
    internal ChoiceExplanation()
    {
    }

    /// <summary>Gets the strategy's name.</summary>
    public required string Strategy { get; init; }

    /// <summary>Gets what the strategy chooses by, such as <c>address</c> or <c>cookie:id</c>; <c>none</c> when all requests are the same to it.</summary>
    public required string Key { get; init; }

    /// <summary>Gets whether the request has that key. Without it the strategy chooses as if there were none.</summary>
    public required bool HasKey { get; init; }

    /// <summary>Gets all backends of the cluster.</summary>
    public required IReadOnlyList<CandidateExplanation> Candidates { get; init; }

    /// <summary>Gets the strategy's arithmetic, a sentence for each step.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>Gets the backend that the key leads to; null without a key, when the choice depends on more than the request.</summary>
    public string? Backend { get; init; }
}
