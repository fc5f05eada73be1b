namespace LbCore.Http;

/// <summary>Which forwarding fields of a request go on, and which are written: decided once for all senders of one kind. Immutable.</summary>
internal sealed class ForwardingPlan
{
    /// <summary>Gets what holds when nothing is configured: whom the request came from and how, and an identifier.</summary>
    public static ForwardingPlan Default { get; } = new ForwardingPlan(isTrusted: false)
        .With(KnownField.XForwardedFor, ForwardingMode.Append)
        .With(KnownField.XForwardedProto, ForwardingMode.Append)
        .With(KnownField.XForwardedHost, ForwardingMode.Off)
        .With(KnownField.XForwardedPort, ForwardingMode.Off)
        .With(KnownField.XRealIp, ForwardingMode.Off)
        .With(KnownField.Forwarded, ForwardingMode.Off)
        .With(KnownField.XRequestId, ForwardingMode.Append);

    private readonly bool _isTrusted;

    /// <param name="isTrusted">Whether the senders' own values are believed.</param>
    public ForwardingPlan(bool isTrusted)
        : this(isTrusted, FieldSet.Of(KnownField.ForwardingVariant), default, default)
    {
        if (!isTrusted)
        {
            Dropped = Dropped.With(KnownField.XForwardedOther);
        }
    }

    private ForwardingPlan(bool isTrusted, FieldSet dropped, FieldSet written, FieldSet kept)
    {
        _isTrusted = isTrusted;
        Dropped = dropped;
        Written = written;
        Kept = kept;
    }

    /// <summary>Gets the fields that do not go on as they came.</summary>
    public FieldSet Dropped { get; }

    /// <summary>Gets the fields that are written.</summary>
    public FieldSet Written { get; }

    /// <summary>Gets those of <see cref="Written"/> whose value that was sent counts: first in a list, or instead of ours.</summary>
    public FieldSet Kept { get; }

    /// <summary>Returns a plan that treats one more field in a mode.</summary>
    public ForwardingPlan With(KnownField field, ForwardingMode mode)
    {
        // Via is no claim about the sender but a way through proxies, which nobody is to cut short (RFC 9110 section 7.6.3).
        var isBelieved = _isTrusted || field == KnownField.Via;
        return mode switch
        {
            ForwardingMode.Off => new(_isTrusted, isBelieved ? Dropped : Dropped.With(field), Written, Kept),
            ForwardingMode.Append when isBelieved => new(_isTrusted, Dropped.With(field), Written.With(field), Kept.With(field)),
            _ => new(_isTrusted, Dropped.With(field), Written.With(field), Kept),
        };
    }
}
