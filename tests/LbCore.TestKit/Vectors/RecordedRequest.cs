namespace LbCore.TestKit.Vectors;

/// <summary>A whole request that a backend has received.</summary>
/// <param name="Connection">The number of its connection, from 1.</param>
/// <param name="Message">The request.</param>
public sealed record RecordedRequest(int Connection, StrictMessage Message);
