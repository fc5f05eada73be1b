using System;

namespace LbCore.Server.Demo;

/// <summary>Names what the script does.</summary>
internal enum DemoAction
{
    Dies,
    ComesBack,
    IsDrained,
    IsUndrained,
}

/// <summary>Is one thing that the script does.</summary>
/// <param name="At">When, from the start.</param>
/// <param name="Action">What.</param>
/// <param name="Backend">To which backend.</param>
internal readonly record struct DemoStep(TimeSpan At, DemoAction Action, string Backend);
