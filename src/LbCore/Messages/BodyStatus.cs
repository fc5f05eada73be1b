namespace LbCore.Messages;

/// <summary>What came of reading a body.</summary>
internal enum BodyStatus : byte
{
    /// <summary>Data, with more to come.</summary>
    Data,

    /// <summary>The end, perhaps with the last data.</summary>
    End,

    /// <summary>The stream ended before the body did.</summary>
    Truncated,

    /// <summary>The connection was reset or aborted.</summary>
    Reset,

    /// <summary>The bytes are refused.</summary>
    Invalid,

    /// <summary>The reader was told to stop.</summary>
    Stopped,
}
