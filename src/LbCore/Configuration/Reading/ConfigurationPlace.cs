using System.Globalization;

namespace LbCore.Configuration.Reading;

/// <summary>Where something was written: a file with line and column, both from 1, or an override by its name. The default is code.</summary>
internal readonly record struct ConfigurationPlace(string Source, int Line = 0, int Column = 0)
{
    /// <summary>Gets the place as it is printed; null when it was code.</summary>
    public string? Text => string.IsNullOrEmpty(Source) ? null : ToString();

    public override string ToString() =>
        Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}");
}
