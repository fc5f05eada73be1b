using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace LbCore.TestKit.Vectors;

/// <summary>A message as the strictest reader reads it. Whatever another reader might read otherwise is a fault.</summary>
public sealed partial class StrictMessage
{
    private StrictMessage(string head)
    {
        var lines = head.Split("\r\n");
        StartLine = lines[0];
        Fields = [.. lines[1..].Select(ToField)];
        Length = head.Length + 4;
    }

    public string StartLine { get; }

    public IReadOnlyList<(string Name, string Value)> Fields { get; }

    public IReadOnlyList<(string Name, string Value)> Trailers { get; private set; } = [];

    public string Body { get; private set; } = "";

    /// <summary>Gets how many bytes it has so far.</summary>
    public int Length { get; private set; }

    public bool IsComplete { get; private set; }

    /// <summary>Gets what another reader might read otherwise; null when there is no doubt.</summary>
    public string? Fault { get; private set; }

    public string Method => StartLine.Split(' ')[0];

    public string Target => StartLine.Split(' ') is [_, var target, ..] ? target : "";

    public int Status => StartLine.Length >= 12 && int.TryParse(StartLine.AsSpan(9, 3), CultureInfo.InvariantCulture, out var status) ? status : 0;

    public bool IsInterim => Status is >= 100 and < 200 and not 101;

    /// <summary>Reads a request. Null when its head is not whole and nothing is wrong with it so far.</summary>
    public static StrictMessage? ReadRequest(string bytes) => Read(bytes, RequestLine(), static message => message.FrameRequest());

    /// <summary>Reads a response. Null when its head is not whole and nothing is wrong with it so far.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="answersHead">Whether it answers HEAD, and has no body.</param>
    /// <param name="isClosed">Whether the connection has ended in good order.</param>
    public static StrictMessage? ReadResponse(string bytes, bool answersHead, bool isClosed) =>
        Read(bytes, StatusLine(), message => message.FrameResponse(answersHead, isClosed));

    /// <summary>Returns the values of the fields of a name.</summary>
    public IReadOnlyList<string> Values(string name) => ValuesIn(Fields, name);

    public IReadOnlyList<string> TrailerValues(string name) => ValuesIn(Trailers, name);

    private static IReadOnlyList<string> ValuesIn(IReadOnlyList<(string Name, string Value)> fields, string name) =>
        [.. fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static field => field.Value)];

    private static StrictMessage? Read(string bytes, Regex startLine, Func<StrictMessage, Action<string>?> frame)
    {
        var end = bytes.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var message = new StrictMessage(bytes[..end]);
        var badLine = bytes[..end].Split("\r\n").Skip(1).FirstOrDefault(static line => !FieldLine().IsMatch(line));
        message.Fault = !startLine.IsMatch(message.StartLine) ? $"the line \"{Show(message.StartLine)}\""
            : badLine is not null ? $"the field line \"{Show(badLine)}\""
            : message.FindFramingFault();
        if (message.Fault is null && frame(message) is { } readBody)
        {
            readBody(bytes[message.Length..]);
        }

        return message;
    }

    private static string Show(string text) => string.Concat(
        text.Take(80).Select(static c => c is >= ' ' and <= '~' ? c.ToString() : $"\\x{(int)c:X2}"));

    private static (string Name, string Value) ToField(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }

    private string? FindFramingFault()
    {
        var lengths = Values("Content-Length");
        var codings = Values("Transfer-Encoding");
        return lengths.Count > 0 && codings.Count > 0 ? "Content-Length with Transfer-Encoding"
            : lengths.Count > 1 || codings.Count > 1 ? "a repeated framing field"
            : lengths.Any(static length => !Digits().IsMatch(length)) ? $"Content-Length: {Show(lengths[0])}"
            : codings.Any(static coding => !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase)) ? $"Transfer-Encoding: {Show(codings[0])}"
            : codings.Count > 0 && StartLine.Contains("HTTP/1.0", StringComparison.Ordinal) ? "Transfer-Encoding with HTTP/1.0"
            : null;
    }

    private Action<string>? FrameRequest()
    {
        var hosts = Values("Host");
        if (hosts.Count > 1 || (hosts.Count == 0 && StartLine.EndsWith("1.1", StringComparison.Ordinal)))
        {
            Fault = $"{hosts.Count} Host fields";
            return null;
        }

        return FrameStated() ?? End;
    }

    private Action<string>? FrameResponse(bool answersHead, bool isClosed)
    {
        if (Status is < 200 or 204 && (Values("Content-Length").Count > 0 || Values("Transfer-Encoding").Count > 0))
        {
            Fault = $"{Status} that states a body";
            return null;
        }

        return answersHead || Status is < 200 or 204 or 304 ? End : FrameStated() ?? (rest => TakeAll(rest, isClosed));
    }

    private Action<string>? FrameStated()
    {
        if (Values("Transfer-Encoding").Count > 0)
        {
            return ReadChunks;
        }

        return Values("Content-Length") is [var length] ? rest => TakeLength(rest, long.Parse(length, CultureInfo.InvariantCulture)) : null;
    }

    private void End(string rest) => IsComplete = true;

    private void TakeAll(string rest, bool isClosed)
    {
        Body = rest;
        Length += rest.Length;
        IsComplete = isClosed;
    }

    private void TakeLength(string rest, long length)
    {
        Body = rest[..(int)Math.Min(length, rest.Length)];
        Length += Body.Length;
        IsComplete = Body.Length == length;
    }

    private void ReadChunks(string rest)
    {
        var data = new StringBuilder();
        var position = 0;
        while (true)
        {
            var lineEnd = rest.IndexOf("\r\n", position, StringComparison.Ordinal);
            var line = lineEnd < 0 ? rest[position..] : rest[position..lineEnd];
            if (lineEnd < 0 ? line.Contains('\n', StringComparison.Ordinal) : !ChunkLine().IsMatch(line))
            {
                Fault = $"the chunk line \"{Show(line)}\"";
                return;
            }

            if (lineEnd < 0)
            {
                break;
            }

            var size = int.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            position = lineEnd + 2;
            if (size == 0)
            {
                ReadTrailers(rest, position);
                break;
            }

            data.Append(rest, position, Math.Min(size, rest.Length - position));
            if (rest.Length < position + size + 2)
            {
                break;
            }

            if (rest.Substring(position + size, 2) != "\r\n")
            {
                Fault = "a chunk that does not end where it says";
                return;
            }

            position += size + 2;
        }

        Body = data.ToString();
    }

    private void ReadTrailers(string rest, int position)
    {
        var end = rest.IndexOf("\r\n", position, StringComparison.Ordinal) == position
            ? position
            : rest.IndexOf("\r\n\r\n", position, StringComparison.Ordinal) is >= 0 and var found ? found + 2 : -1;
        if (end < 0)
        {
            return;
        }

        var lines = rest[position..end].Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Fault = Array.Find(lines, static line => !FieldLine().IsMatch(line)) is { } bad ? $"the trailer \"{Show(bad)}\"" : null;
        Trailers = [.. lines.Select(ToField)];
        Length += end + 2;
        IsComplete = Fault is null;
    }

    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7E]+ HTTP/1\.[01]\z")]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"\AHTTP/1\.[01] [1-9][0-9]{2} [\t\x20-\x7E\x80-\xFF]*\z")]
    private static partial Regex StatusLine();

    // Other control bytes may be kept where they do no harm (RFC 9110 section 5.5).
    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\0\r\n]*\z")]
    private static partial Regex FieldLine();

    [GeneratedRegex(@"\A[0-9A-Fa-f]{1,7}\z")]
    private static partial Regex ChunkLine();

    [GeneratedRegex(@"\A[0-9]{1,18}\z")]
    private static partial Regex Digits();
}
