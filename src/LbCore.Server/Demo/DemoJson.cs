using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;

namespace LbCore.Server.Demo;

/// <summary>Writes what the demo has to say as one JSON object a line. The property <c>type</c> tells them apart.</summary>
internal static class DemoJson
{
    public static string Format(DemoMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, message);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Write(Utf8JsonWriter json, DemoMessage message)
    {
        switch (message)
        {
            case DemoStarted started:
                Write(json, started);
                break;
            case DemoEvent happened:
                Write(json, happened);
                break;
            case DemoSecond second:
                Write(json, second);
                break;
            case DemoSummary summary:
                Write(json, summary);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, DemoStarted started)
    {
        json.WriteString("type", "start");
        json.WriteString("http", started.HttpAddress);
        json.WriteString("tcp", started.TcpAddress);
        json.WriteNumber("rate", started.Rate);
        if (started.Duration is { } duration)
        {
            WriteSeconds(json, "duration", duration);
        }

        WriteBackends(json, started.Backends, static (json, spec) =>
        {
            json.WriteString("name", spec.Name);
            json.WriteNumber("delayMs", spec.Delay.TotalMilliseconds);
            json.WriteNumber("faultEvery", spec.FaultEvery);
        });
        WriteTexts(json, "notes", started.Notes);
    }

    private static void Write(Utf8JsonWriter json, DemoEvent happened)
    {
        json.WriteString("type", "event");
        WriteSeconds(json, "at", happened.At);
        json.WriteString("event", happened.Name);
        json.WriteString("backend", happened.Backend);
        json.WriteString("text", $"{happened.Backend} {happened.What}");
        if (happened.Expected.Length > 0)
        {
            json.WriteString("expected", happened.Expected);
        }
    }

    private static void Write(Utf8JsonWriter json, DemoSecond second)
    {
        json.WriteString("type", "second");
        WriteSeconds(json, "at", second.At);
        json.WriteNumber("rate", second.Rate);
        json.WriteNumber("answered", second.Answered);
        json.WriteNumber("announced", second.Announced);
        json.WriteNumber("lost", second.Lost);
        WriteBackends(json, second.Rows, static (json, row) =>
        {
            json.WriteString("name", row.Name);
            json.WriteString("state", row.State);
            json.WriteNumber("rate", row.Rate);
            json.WriteNumber("inFlight", row.InFlight);
            WriteMilliseconds(json, "p50Ms", row.P50);
            WriteMilliseconds(json, "p99Ms", row.P99);
            json.WriteNumber("errors", row.Errors);
        });
    }

    private static void Write(Utf8JsonWriter json, DemoSummary summary)
    {
        json.WriteString("type", "summary");
        WriteSeconds(json, "elapsed", summary.Elapsed);
        json.WriteNumber("requests", summary.Requests);
        json.WriteNumber("answered", summary.Answered);
        json.WriteNumber("announcedFaults", summary.AnnouncedFaults);
        json.WriteNumber("inDeaths", summary.InDeaths);
        json.WriteNumber("lost", summary.Lost);
        WriteTexts(json, "lostList", summary.LostList);
        WriteMilliseconds(json, "p50Ms", summary.P50);
        WriteMilliseconds(json, "p99Ms", summary.P99);
        WriteBackends(json, summary.Backends, static (json, backend) =>
        {
            json.WriteString("name", backend.Name);
            json.WriteNumber("answered", backend.Answered);
            WriteMilliseconds(json, "p50Ms", backend.P50);
            WriteMilliseconds(json, "p99Ms", backend.P99);
            json.WriteNumber("errors", backend.Errors);
        });
    }

    private static void WriteBackends<T>(Utf8JsonWriter json, IEnumerable<T> backends, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray("backends");
        foreach (var backend in backends)
        {
            json.WriteStartObject();
            write(json, backend);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan time) =>
        json.WriteNumber(name, Math.Round(time.TotalSeconds, 3));

    private static void WriteMilliseconds(Utf8JsonWriter json, string name, TimeSpan? latency)
    {
        if (latency is { } known)
        {
            json.WriteNumber(name, Math.Round(known.TotalMilliseconds, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
