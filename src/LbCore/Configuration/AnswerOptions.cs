namespace LbCore.Configuration;

/// <summary>Answers requests without a backend.</summary>
public sealed class AnswerOptions
{
    /// <summary>Gets or sets the status. 200 to 299 or 400 to 599, but 205 and 206; default 200.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Gets or sets the body, which is sent as UTF-8. At most 64 KiB. Default empty.</summary>
    public string Body { get; set; } = "";

    /// <summary>Gets or sets what the body is. Default <c>text/plain; charset=utf-8</c>.</summary>
    public string ContentType { get; set; } = "text/plain; charset=utf-8";
}
