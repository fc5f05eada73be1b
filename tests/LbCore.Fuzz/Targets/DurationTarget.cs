using System;
using LbCore.Configuration;

namespace LbCore.Fuzz.Targets;

/// <summary>Durations: what is accepted is not negative, and reads the same once it has been written.</summary>
internal sealed class DurationTarget : IFuzzTarget
{
    public string Name => "durations";

    public void Run(string text)
    {
        if (!Duration.TryParse(text, out var duration, out var error))
        {
            Refusal.MustNameTheText(text, error);
            return;
        }

        var written = Duration.Format(duration);
        if (duration < TimeSpan.Zero || !Duration.TryParse(written, out var again, out _) || again != duration)
        {
            throw new InvalidOperationException($"{duration} does not come back from '{written}'");
        }
    }
}
