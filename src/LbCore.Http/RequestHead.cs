using System;

namespace LbCore.Http;

/// <summary>The head of a request.</summary>
internal sealed class RequestHead : MessageHead
{
    public HttpMethod Method { get; internal set; }

    /// <summary>Gets where the method's first byte is: 0, or behind an empty line that was skipped.</summary>
    public int MethodStart { get; internal set; }

    public int MethodLength { get; internal set; }

    public int TargetStart { get; internal set; }

    public int TargetLength { get; internal set; }

    /// <summary>
    /// Gets how many bytes of the target are its scheme and authority (RFC 9112 section 3.2.2); 0 unless it is in absolute
    /// form. The authority is what follows "://".
    /// </summary>
    public int AuthorityEnd { get; internal set; }

    public int AuthorityStart { get; internal set; }

    /// <summary>Gets the index of the Host field that goes on, or -1.</summary>
    public int HostIndex { get; internal set; } = -1;

    /// <summary>Gets how often TRACE or OPTIONS may be forwarded, this time included; -1 when nothing is said of it.</summary>
    public int MaxForwards { get; internal set; } = -1;

    /// <summary>Gets whether the client waits for 100 (Continue) before it sends the body.</summary>
    public bool ExpectsContinue { get; internal set; }

    /// <summary>Gets whether the client takes trailers (RFC 9110 section 10.1.4).</summary>
    public bool AcceptsTrailers { get; internal set; }

    /// <summary>Gets whether the client asks for another protocol on this connection that may be tunnelled.</summary>
    public bool WantsUpgrade { get; internal set; }

    public override void Reset()
    {
        base.Reset();
        Method = HttpMethod.Other;
        MethodStart = MethodLength = TargetStart = TargetLength = AuthorityStart = AuthorityEnd = 0;
        HostIndex = MaxForwards = -1;
        ExpectsContinue = AcceptsTrailers = false;
        WantsUpgrade = false;
    }

    public ReadOnlySpan<byte> MethodOf(ReadOnlySpan<byte> bytes) => bytes.Slice(MethodStart, MethodLength);

    public ReadOnlySpan<byte> TargetOf(ReadOnlySpan<byte> bytes) => bytes.Slice(TargetStart, TargetLength);

    /// <summary>Returns the host and port that the request is for: those of an absolute target, otherwise of Host; empty when it names none.</summary>
    public ReadOnlySpan<byte> AuthorityOf(ReadOnlySpan<byte> bytes) =>
        AuthorityEnd > 0 ? bytes[AuthorityStart..AuthorityEnd]
        : HostIndex >= 0 ? ValueOf(bytes, in Fields[HostIndex]) : default;

    /// <summary>Returns the target's path and query; empty for an absolute target without a path.</summary>
    public ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> bytes) =>
        AuthorityEnd > 0 ? bytes[AuthorityEnd..(TargetStart + TargetLength)] : TargetOf(bytes);
}
