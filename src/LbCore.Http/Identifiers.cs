using System;

namespace LbCore.Http;

/// <summary>Judges identifiers that others have given to requests.</summary>
internal static class Identifiers
{
    private const int MaxLength = 128;

    /// <summary>Returns whether an identifier is one that can be kept, and shown in a log, in HTML and in JSON as it is.</summary>
    public static bool IsGood(ReadOnlySpan<byte> identifier) =>
        identifier.Length is > 0 and <= MaxLength && !identifier.ContainsAnyExcept(Characters.Identifier);
}
