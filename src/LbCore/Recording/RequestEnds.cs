namespace LbCore.Recording;

/// <summary>What follows from how a request ended.</summary>
internal static class RequestEnds
{
    /// <summary>Returns who failed.</summary>
    public static FailureSource FailedBy(RequestEnd end) => end switch
    {
        RequestEnd.Completed or RequestEnd.Tunnelled or RequestEnd.Answered => FailureSource.None,
        RequestEnd.BadRequest or RequestEnd.BodyTooLarge or RequestEnd.HeadTimeout or RequestEnd.BodyTimeout or RequestEnd.BodyTooSlow or RequestEnd.RequestTruncated
            or RequestEnd.ClientClosed or RequestEnd.ClientReset or RequestEnd.ClientStalled or RequestEnd.ClientTooSlow or RequestEnd.NoRoute => FailureSource.Client,
        RequestEnd.NoBackend or RequestEnd.BackendsFull or RequestEnd.OutOfResources or RequestEnd.Shutdown or RequestEnd.Fault => FailureSource.Proxy,
        _ => FailureSource.Backend,
    };

    /// <summary>Returns the status to answer when nothing of a response has been sent; 0 when nobody is there to read it, or the route knows.</summary>
    public static int StatusOf(RequestEnd end) => end switch
    {
        RequestEnd.BadRequest or RequestEnd.RequestTruncated => 400,
        RequestEnd.NoRoute => 404,
        RequestEnd.HeadTimeout or RequestEnd.BodyTimeout or RequestEnd.BodyTooSlow => 408,
        RequestEnd.BodyTooLarge => 413,
        RequestEnd.NoBackend or RequestEnd.BackendsFull or RequestEnd.OutOfResources or RequestEnd.Shutdown => 503,
        RequestEnd.ConnectFailed or RequestEnd.BackendClosed or RequestEnd.BadResponse or RequestEnd.ResponseTruncated => 502,
        RequestEnd.ConnectTimeout or RequestEnd.RequestStalled or RequestEnd.ResponseTimeout or RequestEnd.ResponseStalled => 504,
        _ => 0,
    };
}
