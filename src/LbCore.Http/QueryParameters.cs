using System;

namespace LbCore.Http;

/// <summary>Reads the parameters of a query, as they were sent.</summary>
internal static class QueryParameters
{
    /// <summary>
    /// Finds the first parameter of a name. Parameters are separated by ampersands only, nothing is decoded, and one without an
    /// equals sign has an empty value.
    /// </summary>
    /// <param name="query">The query, with its question mark or without.</param>
    /// <param name="name">The name as it is sent; case matters.</param>
    /// <param name="value">The value; empty when there is none.</param>
    public static bool TryFind(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var rest = query is [(byte)'?', .. var behind] ? behind : query;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'&');
            var parameter = end < 0 ? rest : rest[..end];
            if (parameter.StartsWith(name) && (parameter.Length == name.Length || parameter[name.Length] == '='))
            {
                value = parameter.Length == name.Length ? default : parameter[(name.Length + 1)..];
                return true;
            }

            rest = end < 0 ? default : rest[(end + 1)..];
        }

        value = default;
        return false;
    }
}
