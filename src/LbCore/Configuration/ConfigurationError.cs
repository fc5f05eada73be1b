namespace LbCore.Configuration;

/// <summary>Is one error in the options.</summary>
/// <param name="Path">Where it is, for example <c>clusters.app.backends.b.weight</c>.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
public sealed record ConfigurationError(string Path, string Message)
{
    /// <summary>Returns the error as one line.</summary>
    public override string ToString() => $"{Path}: {Message}";
}
