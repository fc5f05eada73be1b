namespace LbCore.Proxying.Http;

/// <summary>Whom one direction of a request waits for.</summary>
internal enum WaitKind : byte
{
    None,

    /// <summary>For the client's next piece of the request's body.</summary>
    RequestBody,

    /// <summary>For the backend to take what was sent to it.</summary>
    BackendTakes,

    /// <summary>For the response's head.</summary>
    ResponseHead,

    /// <summary>For the backend's next piece of the response's body.</summary>
    ResponseBody,

    /// <summary>For the client to take what was sent to it.</summary>
    ClientTakes,
}
