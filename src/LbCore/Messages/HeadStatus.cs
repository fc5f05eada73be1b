namespace LbCore.Messages;

/// <summary>What came of waiting for a response's head.</summary>
internal enum HeadStatus : byte
{
    Complete,

    /// <summary>The connection ended before a byte of the response.</summary>
    ClosedBefore,

    /// <summary>The connection ended in the middle of the head.</summary>
    ClosedWithin,

    /// <summary>The bytes are refused.</summary>
    Invalid,
}
