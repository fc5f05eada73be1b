using System;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// Computes logarithms of which every bit is the same on every machine. Math.Log is the C library's, and instances on
/// different systems would now and then disagree on a key.
/// </summary>
internal static class PortableLogarithm
{
    /// <summary>How many bits the fraction has.</summary>
    public const int FractionBits = 53;

    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;
    private const ulong MantissaMask = (1UL << MantissaBits) - 1;
    private const double HalfRootOfTwo = 0.70710678118654752;
    private const double LogOfTwo = 0.69314718055994531;

    /// <summary>Returns -ln(numerator / 2^53), to within 1e-14 of its value.</summary>
    /// <param name="numerator">1 to 2^53 - 1, all of which a double holds exactly.</param>
    public static double NegativeLog(ulong numerator)
    {
        // Only additions, multiplications and a division of doubles, which IEEE 754 defines to the last bit, and which the
        // runtime neither reorders nor fuses.
        var bits = BitConverter.DoubleToUInt64Bits(numerator);
        var exponent = (int)(bits >> MantissaBits) - ExponentBias + 1 - FractionBits;
        var mantissa = BitConverter.UInt64BitsToDouble((bits & MantissaMask) | ((ulong)(ExponentBias - 1) << MantissaBits));

        // From 0.71 to 1.41, so that fractions near 1, which are those that win, have an exponent of 0 and lose no digits.
        if (mantissa < HalfRootOfTwo)
        {
            mantissa *= 2;
            exponent--;
        }

        // ln m = 2 artanh((m - 1) / (m + 1)). The argument is at most 0.172; the first term left out is below 1e-15 of the sum.
        var s = (mantissa - 1) / (mantissa + 1);
        var z = s * s;
        var series = 1 + (z * ((1.0 / 3) + (z * ((1.0 / 5) + (z * ((1.0 / 7) + (z * ((1.0 / 9) + (z * ((1.0 / 11)
            + (z * ((1.0 / 13) + (z * ((1.0 / 15) + (z * (1.0 / 17))))))))))))))));
        return -((exponent * LogOfTwo) + (2 * s * series));
    }
}
