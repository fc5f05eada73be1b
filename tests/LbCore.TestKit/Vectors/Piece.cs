using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LbCore.TestKit.Vectors;

/// <summary>Some bytes of a message, one a character, or the point where what follows is sent apart.</summary>
[JsonConverter(typeof(PieceConverter))]
public sealed record Piece(string Text, bool IsSplit = false)
{
    /// <summary>Returns the bytes of all pieces.</summary>
    public static byte[] Join(IEnumerable<Piece> pieces) => Encoding.Latin1.GetBytes(string.Concat(pieces.Select(static piece => piece.Text)));

    /// <summary>Returns the bytes that are sent at once, one after the other.</summary>
    public static IReadOnlyList<byte[]> Parts(IEnumerable<Piece> pieces)
    {
        List<StringBuilder> parts = [new()];
        foreach (var piece in pieces)
        {
            if (piece.IsSplit)
            {
                parts.Add(new StringBuilder());
            }

            parts[^1].Append(piece.Text);
        }

        return [.. parts.Select(static part => Encoding.Latin1.GetBytes(part.ToString()))];
    }
}

/// <summary>Reads a piece: a text, <c>{"repeat": text, "times": n}</c>, or <c>{"split": true}</c>.</summary>
internal sealed class PieceConverter : JsonConverter<Piece>
{
    public override Piece Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var element = json.RootElement;
        var piece = element.ValueKind == JsonValueKind.String ? new Piece(element.GetString()!)
            : element.TryGetProperty("split", out _) ? new Piece("", IsSplit: true)
            : new Piece(string.Concat(Enumerable.Repeat(element.GetProperty("repeat").GetString()!, element.GetProperty("times").GetInt32())));
        return piece.Text.Any(static c => c > 0xFF) ? throw new JsonException("A character stands for a byte: none is above U+00FF.") : piece;
    }

    public override void Write(Utf8JsonWriter writer, Piece value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Vectors are only read.");
}
