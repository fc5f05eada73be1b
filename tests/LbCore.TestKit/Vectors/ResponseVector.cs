using System.Collections.Generic;

namespace LbCore.TestKit.Vectors;

/// <summary>What a backend answers, and what a proxy may make of it.</summary>
public sealed record ResponseVector : Vector
{
    /// <summary>Gets what the client sends.</summary>
    public Piece[] Request { get; init; } = [new Piece("GET /vector HTTP/1.1\r\nHost: vector.example\r\n\r\n")];

    /// <summary>Gets what the backend answers.</summary>
    public required Piece[] Answer { get; init; }

    /// <summary>Gets whether the backend closes behind it.</summary>
    public bool Closes { get; init; }

    /// <summary>Gets what the client sees when it is passed on.</summary>
    public SeenResponse? Client { get; init; }

    /// <summary>Gets whether the backend's connection may serve the next request; null when nobody minds.</summary>
    public bool? Reuse { get; init; }

    public override string ToString() => Name;
}

/// <summary>A response as a client must read it.</summary>
public sealed record SeenResponse
{
    public required int Status { get; init; }

    public string Body { get; init; } = "";

    /// <summary>Gets the statuses of the interim responses before it; null when any will do.</summary>
    public IReadOnlyList<int>? Interim { get; init; }

    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Lacks { get; init; } = [];

    public IReadOnlyDictionary<string, string> Trailers { get; init; } = new Dictionary<string, string>();
}
