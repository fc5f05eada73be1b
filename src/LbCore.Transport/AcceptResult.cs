namespace LbCore.Transport;

/// <summary>Says what came of one attempt to accept: done, not now, or one of the three tiers of errors.</summary>
internal enum AcceptResult
{
    /// <summary>A connection was taken, and is on its way to its loop.</summary>
    Accepted,

    /// <summary>The backlog is empty; the engine tells when it is not.</summary>
    NothingWaits,

    /// <summary>The engine accepts the next arrival by itself. It keeps the place for that one until it ends.</summary>
    Pending,

    /// <summary>Tier 1: this one connection was gone before we took it.</summary>
    Gone,

    /// <summary>Tier 2: we are out of something; what is open goes on, and arrivals wait in the backlog.</summary>
    Shortage,

    /// <summary>Tier 3: the listening socket itself is broken. A listener that ends quietly would look like a hang.</summary>
    Broken,
}
