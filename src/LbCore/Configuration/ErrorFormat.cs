namespace LbCore.Configuration;

/// <summary>What error answers are written in.</summary>
public enum ErrorFormat
{
    /// <summary>What the client's Accept prefers of the others; plain text when it has no preference.</summary>
    Negotiate,

    /// <summary>Plain text.</summary>
    Plain,

    /// <summary>A small page.</summary>
    Html,

    /// <summary>An object of problem details (RFC 9457).</summary>
    Json,
}
