namespace LbCore.EndToEndTests.Harness;

/// <summary>Says how a response, or the stream that it would have come over, ended.</summary>
internal enum WireEnd
{
    /// <summary>More is to come.</summary>
    Open,

    /// <summary>It is complete, as far as its framing tells.</summary>
    Whole,

    /// <summary>The stream ended in order, but the framing shows that something is missing.</summary>
    CutOff,

    /// <summary>The stream was reset.</summary>
    Reset,
}
