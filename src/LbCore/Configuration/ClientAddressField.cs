namespace LbCore.Configuration;

/// <summary>Names the field of a trusted sender that tells the client's address.</summary>
public enum ClientAddressField
{
    /// <summary><c>X-Forwarded-For</c>.</summary>
    XForwardedFor,

    /// <summary><c>Forwarded</c>, by its <c>for</c> (RFC 7239).</summary>
    Forwarded,

    /// <summary><c>X-Real-IP</c>.</summary>
    XRealIp,
}
