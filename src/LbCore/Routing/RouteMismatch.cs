namespace LbCore.Routing;

/// <summary>What of a request a route does not take.</summary>
internal enum RouteMismatch : byte
{
    /// <summary>Nothing: the request is the route's.</summary>
    None,

    Path,
    Host,
    Method,
    Header,
}
