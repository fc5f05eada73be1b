namespace LbCore.Server.Demo;

/// <summary>Says how a request of the load failed.</summary>
internal enum FailureKind
{
    /// <summary>The listener could not be connected to.</summary>
    NotConnected,

    /// <summary>No complete answer came in time.</summary>
    TimedOut,

    /// <summary>The connection ended before anything of an answer had come.</summary>
    ClosedUnanswered,

    /// <summary>The connection ended in the middle of an answer.</summary>
    CutOff,

    /// <summary>The load balancer answered 502 in place of a backend.</summary>
    BadGateway,

    /// <summary>A status other than 200 that no fault of the demo explains.</summary>
    WrongStatus,

    /// <summary>An answer that is not the one to this request.</summary>
    WrongAnswer,
}
