namespace LbCore.Hosting;

/// <summary>Says of one backend whether it may be chosen.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">The weight that its configuration has.</param>
/// <param name="Exclusion">Why it may not be chosen; null when it may.</param>
public sealed record CandidateExplanation(string Name, int Weight, string? Exclusion);
