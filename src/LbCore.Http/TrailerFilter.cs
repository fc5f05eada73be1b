using System;

namespace LbCore.Http;

/// <summary>What does not go on of the trailers of one message, beside what never does.</summary>
internal readonly ref struct TrailerFilter
{
    /// <summary>
    /// Gets whether none goes on: the message's Connection named fields, and trailers of these names are to stop as well
    /// (RFC 9110 section 7.6.1). Their names are gone by then, and any trailer may be left out (section 6.5.1).
    /// </summary>
    public bool All { get; init; }

    /// <summary>Gets the fields that the message's route sets or removes; null for none.</summary>
    public FieldNames? Dropped { get; init; }

    /// <summary>Gets what the listener does with names that have an underscore. None is a reason to refuse what goes on already.</summary>
    public UnderscoreRule Underscores { get; init; }

    public bool Takes(ReadOnlySpan<byte> name) =>
        (Underscores != UnderscoreRule.Keep && name.Contains((byte)'_')) || (Dropped is not null && Dropped.Contains(name));
}
