namespace LbCore.Microbenchmarks.Pictures;

/// <summary>How a backend of a simulation works.</summary>
/// <param name="Workers">How many requests it works on at once; the others wait in the order in which they came.</param>
/// <param name="Milliseconds">How long a request takes on average, exponentially distributed.</param>
internal readonly record struct SimulatedServer(int Workers, double Milliseconds);
