using System;
using System.Text;
using LbCore.Http;
using LbCore.Http.Tests;

namespace LbCore.Fuzz.Http;

/// <summary>A line with the name of a parameter, and a query: a slow reader finds the same value.</summary>
internal sealed class QueryTarget : BytesTarget
{
    public override string Name => "queries";

    public override void Run(byte[] bytes, int most)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split('\n', 2);
        var name = lines[0];
        if (lines.Length < 2 || name.Length == 0 || name.AsSpan().ContainsAny('&', '='))
        {
            return;
        }

        var slow = SlowCookies.Parameter(lines[1], name);
        var isFound = QueryParameters.TryFind(Parsed.Bytes(lines[1]), Parsed.Bytes(name), out var value);
        Claim.That(isFound == slow is not null && (slow is null || Encoding.Latin1.GetString(value) == slow), $"the slow reader says '{slow ?? "none"}'");
    }
}
