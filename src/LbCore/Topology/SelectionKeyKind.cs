namespace LbCore.Topology;

/// <summary>Says what of a connection or request a strategy chooses by.</summary>
public enum SelectionKeyKind
{
    /// <summary>Nothing: every connection and request is the same to it.</summary>
    None,

    /// <summary>The client's address; behind proxies that the listener trusts, the one that they name.</summary>
    ClientAddress,

    /// <summary>The values of a request field.</summary>
    Header,

    /// <summary>The value of a cookie.</summary>
    Cookie,

    /// <summary>The target's path in its normal form, without the query.</summary>
    Path,

    /// <summary>The value of a parameter in the target's query, as it was sent.</summary>
    Query,
}
