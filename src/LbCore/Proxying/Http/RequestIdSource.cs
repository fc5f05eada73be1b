using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace LbCore.Proxying.Http;

/// <summary>
/// Makes identifiers of requests, 128 bits as hexadecimal digits: 64 random ones of this source, and 64 that never repeat
/// within it and do not tell how many came before. For one loop's thread.
/// </summary>
internal sealed class RequestIdSource
{
    /// <summary>How many digits an identifier has.</summary>
    public const int Length = 32;

    // SplitMix64 (Steele, Lea, Flood 2014): one to one, so a counter that does not repeat gives numbers that do not.
    private const ulong Step = 0x9E3779B97F4A7C15;

    private static readonly StandardFormat Digits = new('x', 16);

    private readonly ulong _source;
    private ulong _counter;

    public RequestIdSource()
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        _source = BinaryPrimitives.ReadUInt64LittleEndian(random);
        _counter = BinaryPrimitives.ReadUInt64LittleEndian(random[8..]);
    }

    /// <summary>Writes the next identifier, and returns its <see cref="Length"/>.</summary>
    public int Next(Span<byte> target)
    {
        _counter += Step;
        var mixed = _counter;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        Utf8Formatter.TryFormat(_source, target, out var high, Digits);
        Utf8Formatter.TryFormat(mixed, target[high..], out var low, Digits);
        return high + low;
    }
}
