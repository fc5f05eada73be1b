namespace LbCore.Http;

/// <summary>The three answers of everything that reads bytes here.</summary>
internal enum ParseStatus : byte
{
    /// <summary>More bytes are needed. Nothing is wrong so far.</summary>
    Incomplete,

    /// <summary>The head or the body has been read to its end.</summary>
    Complete,

    /// <summary>The bytes are refused; an <see cref="HttpError"/> says why. No further byte changes that.</summary>
    Invalid,
}
