using System;

namespace LbCore.Fuzz;

/// <summary>What every refusal owes its user.</summary>
internal static class Refusal
{
    public static void MustNameTheText(string text, string? error)
    {
        if (error?.Contains(text, StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException($"the refusal does not name the text: {error ?? "no message"}");
        }
    }
}
