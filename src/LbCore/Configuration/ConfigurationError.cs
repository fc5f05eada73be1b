namespace LbCore.Configuration;

/// <summary>Is one error in the options.</summary>
/// <param name="Path">Where it is, for example <c>clusters.app.backends.b.weight</c>. Empty for the whole.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
public sealed record ConfigurationError(string Path, string Message)
{
    /// <summary>Gets where it was written: <c>lbcore.json:12:5</c> with line and column, or an override by its name. Null when it came from code.</summary>
    public string? Place { get; init; }

    /// <summary>Returns the error as one line of at most 1,000 characters, with control characters as <c>\u001b</c>.</summary>
    public override string ToString() => PlainLine.Of((Place, Path) switch
    {
        (null, _) => $"{Path}: {Message}",
        (_, "") => $"{Place}: {Message}",
        _ => $"{Place}: {Path}: {Message}",
    });
}
