using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using CsCheck;

namespace LbCore.Http.Tests;

/// <summary>Makes chunked bodies of random data, sizes, extensions and trailers.</summary>
internal static class ChunkGenerator
{
    private static readonly string[] SizeFormats = ["x", "X", "x4", "X15"];

    private static readonly string[] Extensions = ["", "", ";", ";a", ";a=b;c", ";q=\"x;y \\\" \u00FC\"", ";\t"];

    private static readonly string[] Trailers = ["", "", "A:\r\n", "A: b\r\nMd5: \u00FC \t\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"];

    /// <summary>Makes bodies with what they decode to.</summary>
    public static Gen<(byte[] Bytes, string Data)> Bodies { get; } = Gen.Select(
        Gen.Select(Gen.Byte.Array[1, 300], Gen.OneOf(SizeFormats), Gen.OneOf(Extensions)).Array[0, 6],
        Gen.OneOf("0", "000"),
        Gen.OneOf(Extensions),
        Gen.OneOf(Trailers),
        Encode);

    public static Gen<byte[]> Spoilt { get; } = HeadGenerator.Spoil(Bodies.Select(static body => body.Bytes));

    /// <summary>Makes bodies with about as much in extensions as a whole body may have.</summary>
    public static Gen<byte[]> Wrapped { get; } = Gen.Select(Gen.Int[1, 40], Gen.Int[950, 1024]).Array[15, 19].Select(static chunks =>
        Parsed.Bytes(string.Concat(chunks.Select(static chunk =>
            $"{chunk.Item1.ToString("x", CultureInfo.InvariantCulture)};{new string('e', chunk.Item2)}\r\n{new string('d', chunk.Item1)}\r\n")) + "0\r\n\r\n"));

    private static (byte[] Bytes, string Data) Encode((byte[] Data, string Format, string Extension)[] chunks, string last, string extension, string trailers)
    {
        var body = new List<byte>();
        foreach (var (data, format, own) in chunks)
        {
            body.AddRange(Parsed.Bytes(data.Length.ToString(format, CultureInfo.InvariantCulture) + own + "\r\n"));
            body.AddRange(data);
            body.AddRange("\r\n"u8);
        }

        body.AddRange(Parsed.Bytes($"{last}{extension}\r\n{trailers}\r\n"));
        return ([.. body], Encoding.Latin1.GetString([.. chunks.SelectMany(static chunk => chunk.Data)]));
    }
}
