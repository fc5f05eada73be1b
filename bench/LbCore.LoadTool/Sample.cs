using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace LbCore.LoadTool;

/// <summary>Is one measured window, as pingpong, http or bulk printed it.</summary>
internal sealed record Sample
{
    public required string Proxy { get; init; }

    public required string Layout { get; init; }

    /// <summary>Gets the scenario: <c>pingpong</c>, <c>http</c> with head and body, or <c>bulk</c> and the number of streams.</summary>
    public required string Scenario { get; init; }

    /// <summary>Gets the main figure: CPU µs a message, or MB per CPU second.</summary>
    public required double Figure { get; init; }

    public required double UserShare { get; init; }

    public required double Rate { get; init; }

    public double P50 { get; init; }

    public double P99 { get; init; }

    public required double ResidentMegabytes { get; init; }

    public static List<Sample> ReadAll(string path)
    {
        var samples = new List<Sample>();
        foreach (var line in File.ReadLines(path))
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            if (json.GetProperty("kind").GetString() is "pingpong" or "http" or "bulk")
            {
                samples.Add(Read(json));
            }
        }

        return samples;
    }

    private static Sample Read(JsonElement json)
    {
        const double BytesPerMebibyte = 1024 * 1024;
        if (!json.TryGetProperty("user_us", out var user))
        {
            throw new LoadToolException("a line has no CPU time: measure with --pid");
        }

        var cpu = user.GetDouble() + Number("kernel_us");
        if (cpu <= 0)
        {
            throw new LoadToolException("a window has no CPU time at all: measure longer");
        }

        var kind = json.GetProperty("kind").GetString();
        var isBulk = kind == "bulk";
        var megabytes = !isBulk ? 0 : Number("mib") * BytesPerMebibyte / 1e6;
        return new Sample
        {
            Proxy = json.GetProperty("proxy").GetString()!,
            Layout = json.GetProperty("layout").GetString()!,
            Scenario = kind switch
            {
                "pingpong" => kind,
                "http" => $"http {json.GetProperty("head").GetString()} {Number("body")}",
                _ => $"bulk {json.GetProperty("direction").GetString()} over {Number("streams")}",
            },
            Figure = !isBulk ? cpu / Number("messages") : megabytes / (cpu / 1e6),
            UserShare = user.GetDouble() / cpu,
            Rate = !isBulk ? Number("messages_per_second") : megabytes / Number("seconds"),
            P50 = !isBulk ? Number("p50_us") : 0,
            P99 = !isBulk ? Number("p99_us") : 0,
            ResidentMegabytes = Number("rss_kib") * 1024 / 1e6,
        };

        double Number(string name) => json.GetProperty(name).GetDouble();
    }
}
