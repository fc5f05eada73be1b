using System;
using System.Globalization;
using NUnit.Framework;

namespace LbCore.TestKit;

/// <summary>Randomness that can be repeated: the seed is printed with the test's output and may be set from outside.</summary>
public static class TestRandom
{
    private const string SeedVariable = "LBCORE_TEST_SEED";

    public static Random Create()
    {
        var text = Environment.GetEnvironmentVariable(SeedVariable);
        var seed = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & int.MaxValue;
        TestContext.Out.WriteLine($"seed {seed} ({SeedVariable}={seed} repeats this run)");
        return new Random(seed);
    }

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
