using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LbCore.TestKit.Vectors;

/// <summary>Reads the vectors, which are copied beside the program.</summary>
public static class VectorFiles
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static IReadOnlyList<RequestVector> Requests { get; } = Read<RequestVector>("requests.json");

    public static IReadOnlyList<ResponseVector> Responses { get; } = Read<ResponseVector>("responses.json");

    private static IReadOnlyList<T> Read<T>(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", name);
        return JsonSerializer.Deserialize<VectorFile<T>>(File.ReadAllBytes(path), Format)?.Vectors
            ?? throw new InvalidDataException($"{path} has no vectors.");
    }

    private sealed record VectorFile<T>
    {
        [JsonPropertyName("$schema")]
        public string? Schema { get; init; }

        public required IReadOnlyList<T> Vectors { get; init; }
    }
}
