namespace LbCore.Microbenchmarks.Pictures;

/// <summary>What became of one request of a simulation.</summary>
/// <param name="Key">The number of its key.</param>
/// <param name="Backend">The index of the backend that it was given to.</param>
/// <param name="Milliseconds">How long its response took, the wait included.</param>
internal readonly record struct SimulatedRequest(int Key, int Backend, double Milliseconds);
