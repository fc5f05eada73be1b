namespace LbCore.Configuration;

/// <summary>Says whether a header field must be there.</summary>
public enum HeaderPresence
{
    /// <summary>It must be there, with any value, or with one of those that are named.</summary>
    Present,

    /// <summary>It must not be there.</summary>
    Absent,
}
