namespace LbCore.Configuration;

/// <summary>The part that checks limits.</summary>
internal sealed partial class LbCoreOptionsValidator
{
    private const int MaxHeadBytes = 256 * 1024;

    private void CheckLimits(string path, ListenerLimitOptions limits)
    {
        CheckSize(path + ".headBytes", limits.HeadBytes, 1024, MaxHeadBytes);
        CheckSize(path + ".targetBytes", limits.TargetBytes, 64, MaxHeadBytes);
        CheckRange(path + ".headers", limits.Headers, 1, 1000);
        CheckRange(path + ".requests", limits.Requests, 1, int.MaxValue);
        CheckSize(path + ".minRate", limits.MinRate, 0, 1024 * 1024 * 1024);
        if (limits.BodyBytes is { } bodyBytes)
        {
            CheckSize(path + ".bodyBytes", bodyBytes, 1, long.MaxValue);
        }
    }

    private void CheckSize(string path, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            var range = max == long.MaxValue ? $"{ByteSize.Format(min)} or more" : $"{ByteSize.Format(min)} to {ByteSize.Format(max)}";
            Add(path, $"{ByteSize.Format(value)} is out of range; use {range}");
        }
    }
}
