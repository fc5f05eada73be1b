namespace LbCore.Server.Demo;

/// <summary>Says what the script has done to a backend.</summary>
internal enum BackendCondition
{
    Serving,
    Down,

    /// <summary>It takes nothing new: its weight is 0.</summary>
    Draining,
}
