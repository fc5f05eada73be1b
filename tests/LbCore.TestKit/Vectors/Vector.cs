using System.Collections.Generic;

namespace LbCore.TestKit.Vectors;

/// <summary>What the vectors of both directions have. The format is described in <c>tests/vectors/README.md</c>.</summary>
public abstract record Vector
{
    public required string Name { get; init; }

    /// <summary>Gets the section that the rule is from: "RFC 9112 section 6.3".</summary>
    public required string Rule { get; init; }

    /// <summary>Gets what it is about, in a line.</summary>
    public required string About { get; init; }

    /// <summary>Gets what a proxy may do that follows the rule: <c>refuse</c>, <c>forward</c>, <c>answer</c>, <c>cut</c>.</summary>
    public required IReadOnlyList<Reaction> May { get; init; }

    /// <summary>Gets what lbcore does, exactly.</summary>
    public required OwnReaction LbCore { get; init; }

    /// <summary>Gets whether the bytes alone do not tell: it takes the connection, or the other message.</summary>
    public bool BeyondParser { get; init; }
}

/// <summary>What lbcore does.</summary>
public sealed record OwnReaction
{
    /// <summary>Gets the final status that the client gets.</summary>
    public required int Status { get; init; }

    /// <summary>Gets whether the response is cut off in its body.</summary>
    public bool Cut { get; init; }
}

/// <summary>What a proxy does with a vector.</summary>
public enum Reaction
{
    /// <summary>It says nothing, forwards nothing whole, and waits. As safe as to refuse.</summary>
    Silent,

    /// <summary>It answers with an error, or closes; nothing whole goes on.</summary>
    Refuse,

    /// <summary>It forwards it in a form that leaves no doubt.</summary>
    Forward,

    /// <summary>It answers itself, without an error; nothing goes on.</summary>
    Answer,

    /// <summary>It has sent the response's head, and cuts the body off so that the client sees it.</summary>
    Cut,
}
