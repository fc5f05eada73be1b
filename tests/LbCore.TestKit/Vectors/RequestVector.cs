using System.Collections.Generic;

namespace LbCore.TestKit.Vectors;

/// <summary>What a client sends, and what a proxy may make of it.</summary>
public sealed record RequestVector : Vector
{
    /// <summary>Gets what the client sends.</summary>
    public required Piece[] Send { get; init; }

    /// <summary>Gets the requests that the backend sees when all goes on, in order. It sees no other.</summary>
    public IReadOnlyList<SeenRequest> Seen { get; init; } = [];

    /// <summary>Gets how many of them go on although the last one is refused: those before it.</summary>
    public int Before { get; init; }

    /// <summary>Gets whether the beginning of a refused request may reach the backend, never its end: the error is in its body.</summary>
    public bool Partial { get; init; }

    public override string ToString() => Name;
}

/// <summary>A request as a backend must read it.</summary>
public sealed record SeenRequest
{
    public required string Method { get; init; }

    public required string Target { get; init; }

    /// <summary>Gets the Host, compared without regard to case; null when any will do.</summary>
    public string? Host { get; init; }

    public string Body { get; init; } = "";

    /// <summary>Gets fields that it has, each once, with these values.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets fields that it does not have, neither in its head nor in its trailers.</summary>
    public IReadOnlyList<string> Lacks { get; init; } = [];

    /// <summary>Gets trailers that it has if the proxy forwards trailers at all.</summary>
    public IReadOnlyDictionary<string, string> Trailers { get; init; } = new Dictionary<string, string>();
}
