namespace LbCore.Proxying.Http;

/// <summary>The time limits of one listener's requests, in milliseconds of the loop's clock.</summary>
internal sealed record HttpTimeouts
{
    public required long Head { get; init; }

    public required long Body { get; init; }

    public required long KeepAlive { get; init; }

    public required long Tunnel { get; init; }
}
