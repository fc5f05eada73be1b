namespace LbCore.Server.Demo;

/// <summary>Is what is known of a request of the load that got no good answer.</summary>
/// <param name="Kind">How it failed.</param>
/// <param name="IsTcp">Whether it went through the listener in mode tcp.</param>
/// <param name="Sent">When it was sent, as a timestamp of the clock; with mode tcp, when its connection was begun.</param>
/// <param name="Ended">When that became known.</param>
/// <param name="Backend">The backend whose answer had begun; empty when none had.</param>
/// <param name="Detail">What there is to say of it, on one line.</param>
internal readonly record struct RequestFailure(FailureKind Kind, bool IsTcp, long Sent, long Ended, string Backend, string Detail)
{
    /// <summary>
    /// Gets whether this is what a load balancer can do no better than when a backend dies with the request. Of a request in
    /// mode http that is a 502 or, once an answer has begun, its end; in mode tcp the end of the connection.
    /// </summary>
    public bool MayComeOfADeath => Kind switch
    {
        FailureKind.BadGateway => !IsTcp,
        FailureKind.CutOff => true,
        FailureKind.ClosedUnanswered => IsTcp,
        _ => false,
    };
}
