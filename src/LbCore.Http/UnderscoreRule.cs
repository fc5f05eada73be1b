namespace LbCore.Http;

/// <summary>What becomes of fields with an underscore in their name, which some backends take for a hyphen.</summary>
internal enum UnderscoreRule : byte
{
    Keep,
    Drop,
    Reject,
}
