namespace LbCore.Recording;

/// <summary>How far an attempt or a connection came.</summary>
internal enum Stage : byte
{
    /// <summary>Taking the connection in, under the limits of its listener.</summary>
    Admit,

    /// <summary>Reading a request's head.</summary>
    Parse,

    /// <summary>Finding the cluster of a request.</summary>
    Route,

    /// <summary>Choosing a backend and taking a place on it.</summary>
    Reserve,

    Connect,

    /// <summary>Passing bytes on, both ways.</summary>
    Forward,
}
