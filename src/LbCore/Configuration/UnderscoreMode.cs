namespace LbCore.Configuration;

/// <summary>What becomes of request fields with an underscore in their name.</summary>
public enum UnderscoreMode
{
    /// <summary>They go on, except those that backends might take for forwarding fields, such as <c>X_Forwarded_For</c>.</summary>
    Keep,

    /// <summary>They are left out.</summary>
    Drop,

    /// <summary>A request with one is answered 400.</summary>
    Reject,
}
