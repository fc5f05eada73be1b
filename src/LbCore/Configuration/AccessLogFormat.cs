namespace LbCore.Configuration;

/// <summary>Says how the lines of an access log look.</summary>
public enum AccessLogFormat
{
    /// <summary>The form that nginx and Apache call combined, which every reader of logs knows.</summary>
    Combined,

    /// <summary>One JSON object a line, with times, the backend and how the request ended.</summary>
    Json,
}
