using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Makes cases that show in their names which rule they are of.</summary>
internal static class Rule
{
    private const int MaxShown = 80;

    public static TestCaseData Broken(string rule, string text, HttpError error)
    {
        var shown = HeadGenerator.Show(Parsed.Bytes(text));
        return new TestCaseData(text, error).SetArgDisplayNames(rule, shown.Length > MaxShown ? shown[..MaxShown] + "..." : shown, error.ToString());
    }
}
