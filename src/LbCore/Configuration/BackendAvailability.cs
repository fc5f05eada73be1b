namespace LbCore.Configuration;

/// <summary>Says what a backend takes, as its operator wants it.</summary>
public enum BackendAvailability
{
    /// <summary>Everything.</summary>
    Active,

    /// <summary>Only the sessions that it has already, like a weight of 0; what runs goes on.</summary>
    Drain,

    /// <summary>Nothing, not even the sessions that it has; what runs goes on.</summary>
    Down,
}
