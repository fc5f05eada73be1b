using System;

namespace LbCore.Recording.AccessLogging;

/// <summary>The time of a line. Its text changes once a second, and so it is written once a second. For one thread.</summary>
internal sealed class LineClock
{
    private readonly TimeProvider _time;
    private readonly byte[] _combined = new byte[26];
    private readonly byte[] _rfc3339 = new byte[19];
    private long _second = long.MinValue;
    private int _milliseconds;

    public LineClock(TimeProvider time) => _time = time;

    /// <summary>Gets the time that was looked at last, as <c>26/Nov/2026:22:58:01 +0000</c>.</summary>
    public ReadOnlySpan<byte> Combined => _combined;

    /// <summary>Gets the time that was looked at last, as <c>2026-11-26T22:58:01</c>; UTC.</summary>
    public ReadOnlySpan<byte> Rfc3339 => _rfc3339;

    /// <summary>Gets the milliseconds behind the second.</summary>
    public int Milliseconds => _milliseconds;

    /// <summary>Looks at the clock.</summary>
    public void Look()
    {
        // UTC, whose seconds are those of ticks.
        var now = _time.GetUtcNow().UtcTicks;
        var second = now / TimeSpan.TicksPerSecond;
        _milliseconds = (int)(now % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMillisecond);
        if (second != _second)
        {
            _second = second;
            Format(new DateTime(now, DateTimeKind.Utc));
        }
    }

    private void Format(DateTime now)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        now.TryFormat(_combined, out _, "dd'/'MMM'/'yyyy':'HH':'mm':'ss' +0000'", culture);
        now.TryFormat(_rfc3339, out _, "yyyy'-'MM'-'dd'T'HH':'mm':'ss", culture);
    }
}
