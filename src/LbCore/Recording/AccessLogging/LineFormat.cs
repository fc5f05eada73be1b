using System.Net;

namespace LbCore.Recording.AccessLogging;

/// <summary>Writes outcomes as lines, each with its line end. Runs on loops: no allocation, no lock, and never longer than <see cref="LineBuffer.MaxLine"/>.</summary>
internal abstract class LineFormat
{
    /// <summary>Gets the form that nginx and Apache call combined.</summary>
    public static LineFormat Combined { get; } = new CombinedFormat();

    /// <summary>Gets one JSON object a line.</summary>
    public static LineFormat Json { get; } = new JsonFormat();

    public abstract void Write(ref LineBuffer line, LineClock clock, in RequestOutcome outcome);

    public abstract void Write(ref LineBuffer line, LineClock clock, EndPoint? client, in ConnectionOutcome outcome);
}
