namespace LbCore.Configuration;

/// <summary>Says how errors are answered that no backend answers (mode http), with their status and the identifier of the request.</summary>
public sealed class ErrorOptions
{
    /// <summary>Gets or sets what the answers are written in. Default <see cref="ErrorFormat.Negotiate"/>.</summary>
    public ErrorFormat Format { get; set; } = ErrorFormat.Negotiate;
}
