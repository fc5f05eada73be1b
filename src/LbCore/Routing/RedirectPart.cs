namespace LbCore.Routing;

/// <summary>What a piece of a redirect's target stands for.</summary>
internal enum RedirectPart : byte
{
    /// <summary>A text that is always the same.</summary>
    Text,

    /// <summary><c>{host}</c>: the host that the request names, without a port.</summary>
    Host,

    /// <summary><c>{path}</c>: the path.</summary>
    Path,

    /// <summary><c>{rest}</c>: what is behind the route's prefix.</summary>
    Rest,

    /// <summary><c>{query}</c>: the query with its question mark, or nothing.</summary>
    Query,
}
