namespace LbCore.Http;

/// <summary>What became of a path that was brought into its normal form.</summary>
internal enum PathForm : byte
{
    /// <summary>It has none: it climbs above the root, readers would understand it differently, or a '%' has no two hexadecimal digits behind it.</summary>
    Refused,

    /// <summary>Its segments are as they were. Characters may be written differently.</summary>
    Kept,

    /// <summary>Dot segments or empty segments have been taken out.</summary>
    Resolved,
}
