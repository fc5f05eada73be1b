using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using LbCore.Http;

namespace LbCore.Fuzz.Http;

/// <summary>
/// What an accepted head says, read from its text line by line: a second opinion on its meaning. It throws where the text
/// could be read in two ways.
/// </summary>
internal sealed class SlowHead
{
    private readonly (string Name, string Value)[] _fields;

    public SlowHead(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        Claim.That(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) == text.Length - 4, "the head ends elsewhere");
        var lines = text[..^4].Split("\r\n");
        foreach (var line in lines)
        {
            Claim.That(!line.Any(static c => c is '\x7F' or (< ' ' and not '\t')), "there is a control character inside");
        }

        StartLine = lines[0].Split(' ', 3);
        _fields = [.. lines[1..].Select(Field)];
    }

    public string[] StartLine { get; }

    public IReadOnlyList<(string Name, string Value)> Fields => _fields;

    /// <summary>Gets the members of all Connection fields, in lower case.</summary>
    public string[] Options => [.. Values("connection").SelectMany(static value => value.Split(',')).Select(static option => Trim(option).ToLowerInvariant()).Where(static option => option.Length > 0)];

    public string[] Values(string name) => [.. _fields.Where(field => field.Name == name).Select(static field => field.Value)];

    public bool IsPersistent(string version) => !Options.Contains("close") && (version == "HTTP/1.1" || Options.Contains("keep-alive"));

    /// <summary>Returns the only framing that the fields can mean, or <paramref name="otherwise"/> when they state none.</summary>
    public BodyFraming Framing(string version, BodyFraming otherwise)
    {
        var lengths = Values("content-length");
        var codings = Values("transfer-encoding");
        Claim.That(lengths.Length + codings.Length <= 1, "there is more than one framing");
        if (codings.Length == 1)
        {
            Claim.That(codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase) && version == "HTTP/1.1", "there is a coding other than chunked, or one in HTTP/1.0");
            return BodyFraming.Chunked;
        }

        if (lengths.Length == 0)
        {
            return otherwise;
        }

        Claim.That(lengths[0].Length > 0 && lengths[0].All(char.IsAsciiDigit), "the length has other characters than digits");
        return BodyFraming.OfLength(long.Parse(lengths[0], CultureInfo.InvariantCulture));
    }

    private static (string Name, string Value) Field(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        Claim.That(colon > 0 && line.AsSpan(0, colon).IndexOfAny(" \t") < 0, "a line is no field, or has white space before its colon");
        return (line[..colon].ToLowerInvariant(), Trim(line[(colon + 1)..]));
    }

    private static string Trim(string text) => text.Trim(' ', '\t');
}
