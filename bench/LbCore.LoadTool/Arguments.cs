using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;

namespace LbCore.LoadTool;

/// <summary>Reads <c>--name value</c> and <c>--flag</c>; what no command asked for is an error.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    public Arguments(ReadOnlySpan<string> args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw Bad($"'{args[i]}' is not an option");
            }

            var hasValue = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            if (!_values.TryAdd(args[i], hasValue ? args[i + 1] : null))
            {
                throw Bad($"{args[i]} is given twice");
            }

            i += hasValue ? 1 : 0;
        }
    }

    public bool Flag(string name)
    {
        if (!_values.Remove(name, out var value))
        {
            return false;
        }

        return value is null ? true : throw Bad($"{name} takes no value");
    }

    public string Text(string name, string? fallback = null)
    {
        if (!_values.Remove(name, out var value))
        {
            return fallback ?? throw Bad($"{name} is missing");
        }

        return value ?? throw Bad($"{name} needs a value");
    }

    public int Number(string name, int fallback, int min, int max)
    {
        var text = Text(name, fallback.ToString(CultureInfo.InvariantCulture));
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Bad($"{name} {text}: write a number from {min} to {max}");
    }

    public IPEndPoint[] EndPoints(string name)
    {
        var parts = Text(name).Split(',');
        var endPoints = new IPEndPoint[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!IPEndPoint.TryParse(parts[i], out var endPoint) || !parts[i].Contains(':', StringComparison.Ordinal))
            {
                throw Bad($"{name} {parts[i]}: write ip:port");
            }

            endPoints[i] = endPoint;
        }

        return endPoints;
    }

    public IPEndPoint EndPoint(string name) =>
        EndPoints(name) is [var endPoint] ? endPoint : throw Bad($"{name} takes one address");

    public void EnsureAllUsed()
    {
        foreach (var name in _values.Keys)
        {
            throw Bad($"{name} is unknown here");
        }
    }

    private static LoadToolException Bad(string message) => new(message, LoadToolException.BadUsage);
}
