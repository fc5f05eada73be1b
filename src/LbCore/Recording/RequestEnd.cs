namespace LbCore.Recording;

/// <summary>How a request ended. The access log, metrics and passive health read it; <see cref="RequestEnds"/> says who failed.</summary>
internal enum RequestEnd : byte
{
    /// <summary>The backend's response went out whole.</summary>
    Completed,

    /// <summary>The connection became a tunnel, which has ended.</summary>
    Tunnelled,

    /// <summary>The route answered, or redirected, without a backend.</summary>
    Answered,

    /// <summary>The request, or a part of its body, is refused.</summary>
    BadRequest,

    /// <summary>The request's body is larger than the listener's limit.</summary>
    BodyTooLarge,

    /// <summary>The head did not come within its time.</summary>
    HeadTimeout,

    /// <summary>The next piece of the request's body did not come within its time.</summary>
    BodyTimeout,

    /// <summary>The request's body came more slowly than the listener's limit allows.</summary>
    BodyTooSlow,

    /// <summary>The client ended the stream in the middle of the request.</summary>
    RequestTruncated,

    /// <summary>The client ended its stream behind a whole request, and that aborts it here.</summary>
    ClientClosed,

    /// <summary>The client reset the connection.</summary>
    ClientReset,

    /// <summary>The client did not take the response within its time.</summary>
    ClientStalled,

    /// <summary>The client took the response more slowly than the listener's limit allows.</summary>
    ClientTooSlow,

    /// <summary>No route takes the request.</summary>
    NoRoute,

    /// <summary>There was no backend to try: none is there, or none takes anything now.</summary>
    NoBackend,

    /// <summary>Every backend that takes anything now is full.</summary>
    BackendsFull,

    /// <summary>No backend could be connected to.</summary>
    ConnectFailed,

    /// <summary>The last backend that was tried did not answer the connection within its time.</summary>
    ConnectTimeout,

    /// <summary>This side had no descriptor, memory or local port left.</summary>
    OutOfResources,

    /// <summary>The backend ended the connection before a whole head.</summary>
    BackendClosed,

    /// <summary>The backend's response is refused.</summary>
    BadResponse,

    /// <summary>The backend did not take the request's body within its time.</summary>
    RequestStalled,

    /// <summary>The response's head did not come within its time.</summary>
    ResponseTimeout,

    /// <summary>The next piece of the response's body did not come within its time.</summary>
    ResponseStalled,

    /// <summary>The backend ended the connection in the middle of the response's body.</summary>
    ResponseTruncated,

    /// <summary>The balancer stopped, and the time to drain was over.</summary>
    Shutdown,

    /// <summary>A fault of ours, which the log tells of.</summary>
    Fault,
}
