namespace LbCore.Recording;

/// <summary>How far an attempt or a connection came.</summary>
internal enum Stage : byte
{
    /// <summary>Choosing a backend and taking a place on it.</summary>
    Reserve,

    Connect,

    /// <summary>Passing bytes on, both ways.</summary>
    Forward,
}
