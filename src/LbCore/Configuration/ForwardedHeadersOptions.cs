using System.Collections.Generic;

namespace LbCore.Configuration;

/// <summary>
/// Says what backends are told of a request's way (mode http), and whom to believe. What senders that are not trusted say of
/// it is dropped: <c>X-Forwarded-*</c>, <c>Forwarded</c>, <c>X-Real-IP</c> and <c>X-Request-Id</c>. <c>Via</c> is nobody's
/// claim, and always goes on.
/// </summary>
public sealed class ForwardedHeadersOptions
{
    /// <summary>Gets or sets <c>X-Forwarded-For</c>, the list of addresses. Default <see cref="ForwardedHeaderMode.Append"/>.</summary>
    public ForwardedHeaderMode XForwardedFor { get; set; } = ForwardedHeaderMode.Append;

    /// <summary>Gets or sets <c>X-Forwarded-Proto</c>, <c>http</c> or <c>https</c>. Default <see cref="ForwardedHeaderMode.Append"/>.</summary>
    public ForwardedHeaderMode XForwardedProto { get; set; } = ForwardedHeaderMode.Append;

    /// <summary>Gets or sets <c>X-Forwarded-Host</c>, the host that the client asked for. Default <see cref="ForwardedHeaderMode.Off"/>.</summary>
    public ForwardedHeaderMode XForwardedHost { get; set; } = ForwardedHeaderMode.Off;

    /// <summary>Gets or sets <c>X-Forwarded-Port</c>, the port that the client connected to. Default <see cref="ForwardedHeaderMode.Off"/>.</summary>
    public ForwardedHeaderMode XForwardedPort { get; set; } = ForwardedHeaderMode.Off;

    /// <summary>Gets or sets <c>X-Real-IP</c>, the one address. Default <see cref="ForwardedHeaderMode.Off"/>.</summary>
    public ForwardedHeaderMode XRealIp { get; set; } = ForwardedHeaderMode.Off;

    /// <summary>Gets or sets <c>Forwarded</c> with <c>for</c>, <c>proto</c> and <c>host</c> (RFC 7239). Default <see cref="ForwardedHeaderMode.Off"/>.</summary>
    public ForwardedHeaderMode Forwarded { get; set; } = ForwardedHeaderMode.Off;

    /// <summary>
    /// Gets or sets <c>Via</c> of requests and responses, with the name <c>lbcore</c> (RFC 9110 section 7.6.3). Default
    /// <see cref="ForwardedHeaderMode.Off"/>. <see cref="ForwardedHeaderMode.Append"/> keeps everybody's.
    /// </summary>
    public ForwardedHeaderMode Via { get; set; } = ForwardedHeaderMode.Off;

    /// <summary>
    /// Gets or sets <c>X-Request-Id</c>: 32 hexadecimal digits of ours, or up to 128 visible characters of a trusted
    /// sender's, without quotes, ampersands, angle brackets and backslashes. Default <see cref="ForwardedHeaderMode.Append"/>.
    /// </summary>
    public ForwardedHeaderMode XRequestId { get; set; } = ForwardedHeaderMode.Append;

    /// <summary>
    /// Gets or sets where a trusted sender tells the client's address, for strategies and stickiness that go by it. Of a list
    /// the last address counts that is not trusted itself. Name the one that the proxies write: they pass others on as
    /// clients sent them. Default <see cref="ClientAddressField.XForwardedFor"/>.
    /// </summary>
    public ClientAddressField ClientAddress { get; set; }

    /// <summary>
    /// Gets the senders that are believed: addresses, networks such as <c>10.0.0.0/8</c>, or <c>unix</c> for all that come
    /// through a unix socket. Default none.
    /// </summary>
    public IList<string> Trusted { get; } = new List<string>();
}
