using LbCore.Http;

namespace LbCore.Routing;

/// <summary>Is one rule: which requests it takes, and what becomes of them. Immutable; any thread.</summary>
internal sealed class Route
{
    public required RouteConditions Conditions { get; init; }

    /// <summary>Gets the name of the cluster; null when the route answers itself.</summary>
    public string? Cluster { get; init; }

    /// <summary>Gets what is answered without a backend; null when there is a cluster.</summary>
    public RouteAnswer? Answer { get; init; }

    /// <summary>Gets how the target and the host change on the way; null when they do not.</summary>
    public RouteRewrite? Rewrite { get; init; }

    /// <summary>Gets which fields change on the way to the backend; null for none.</summary>
    public FieldEdits? RequestFields { get; init; }

    /// <summary>Gets which fields of a backend's response change on the way to the client; null for none.</summary>
    public FieldEdits? ResponseFields { get; init; }
}
