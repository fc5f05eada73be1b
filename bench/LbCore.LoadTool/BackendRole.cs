namespace LbCore.LoadTool;

/// <summary>Says what a backend does with a stream.</summary>
internal enum BackendRole : byte
{
    /// <summary>Whatever the first byte asks for.</summary>
    Any,

    /// <summary>Sends every byte back, whatever it is.</summary>
    Echo,

    /// <summary>Expects a head and sends bytes.</summary>
    Source,

    /// <summary>Expects a head and takes bytes.</summary>
    Sink,

    /// <summary>Answers HTTP requests (<see cref="HttpExchange"/>).</summary>
    Http,
}
