namespace LbCore.Configuration;

/// <summary>Says where a line for each request, and for each connection in mode tcp, is written.</summary>
public sealed class AccessLogOptions
{
    /// <summary>What <see cref="Path"/> is for standard output.</summary>
    public const string StandardOutput = "-";

    /// <summary>
    /// Gets or sets the file, which is appended to and created when it is not there; a relative path begins at the working
    /// directory. <c>-</c> is standard output. Default null: no access log, whatever else is set.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>Gets or sets how lines look. Default <see cref="AccessLogFormat.Combined"/>.</summary>
    public AccessLogFormat Format { get; set; } = AccessLogFormat.Combined;

    /// <summary>
    /// Gets or sets how many bytes of lines may wait for the file, for each loop; lines beyond are dropped and counted.
    /// 64 KiB to 256 MiB; default 1 MiB.
    /// </summary>
    public int BufferBytes { get; set; } = 1024 * 1024;

    /// <summary>Returns whether the two want the same log; without a path there is none, whatever else is set.</summary>
    internal bool IsSameAs(AccessLogOptions other) =>
        Path == other.Path && (Path is null || (Format == other.Format && BufferBytes == other.BufferBytes));

    internal AccessLogOptions Copy() => new() { Path = Path, Format = Format, BufferBytes = BufferBytes };
}
