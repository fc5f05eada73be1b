using System;

namespace LbCore.Fuzz;

/// <summary>What must hold of whatever was accepted.</summary>
internal static class Claim
{
    public static void That(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
