namespace LbCore.Http;

/// <summary>The bounds of one head.</summary>
/// <param name="MaxBytes">How many bytes it may have, the empty line included.</param>
/// <param name="MaxFields">How many fields it may have.</param>
/// <param name="MaxTargetBytes">How many bytes the target of a request may have.</param>
internal readonly record struct HeadLimits(int MaxBytes, int MaxFields, int MaxTargetBytes = int.MaxValue)
{
    public static HeadLimits Default { get; } = new(32 * 1024, 100);
}
