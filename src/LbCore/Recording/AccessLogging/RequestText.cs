using System;
using System.Text;

namespace LbCore.Recording.AccessLogging;

/// <summary>What a client said of its request: the parts of its head that a line shows. Empty is what it did not say.</summary>
internal readonly ref struct RequestText
{
    private const int VersionLength = 8;

    /// <summary>Reads them from an outcome.</summary>
    public RequestText(in RequestOutcome outcome)
    {
        var head = outcome.Head.FirstSpan;
        var method = head.IndexOf((byte)' ');
        if (method <= 0)
        {
            return;
        }

        Method = head[..method];
        var rest = head[(method + 1)..];
        var target = rest.IndexOf((byte)' ');
        target = target < 0 ? rest.Length : target;
        Target = outcome.Target.IsEmpty ? rest[..target] : outcome.Target.FirstSpan;
        rest = rest[Math.Min(target + 1, rest.Length)..];
        var end = rest.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return;
        }

        Protocol = outcome.IsHttp10 ? "HTTP/1.0"u8 : IsVersion(rest[..end]) ? rest[..end] : default;
        rest = rest[(end + 2)..];

        // What the client said has the first word, and then what the backend was told.
        var lines = outcome.Unforwarded.FirstSpan;
        for (var part = 0; part < 2; part++, lines = rest)
        {
            // To the empty line, or the last whole one of a head that never became whole. One byte is found faster than two.
            while ((end = lines.IndexOf((byte)'\n')) > 1 && lines[end - 1] == '\r')
            {
                var line = lines[..(end - 1)];
                lines = lines[(end + 1)..];
                switch (line[0] | 0x20)
                {
                    case 'h' when Host.IsEmpty && !outcome.LacksHost:
                        Host = ValueOf(line, "host:"u8);
                        break;
                    case 'r' when Referer.IsEmpty:
                        Referer = ValueOf(line, "referer:"u8);
                        break;
                    case 'x' when RequestId.IsEmpty:
                        RequestId = ValueOf(line, "x-request-id:"u8);
                        break;
                    case 'u' when UserAgent.IsEmpty:
                        UserAgent = ValueOf(line, "user-agent:"u8);
                        break;
                }
            }
        }
    }

    public ReadOnlySpan<byte> Method { get; }

    public ReadOnlySpan<byte> Target { get; }

    public ReadOnlySpan<byte> Protocol { get; }

    public ReadOnlySpan<byte> Host { get; }

    public ReadOnlySpan<byte> Referer { get; }

    public ReadOnlySpan<byte> UserAgent { get; }

    /// <summary>Gets the identifier that the request went on with.</summary>
    public ReadOnlySpan<byte> RequestId { get; }

    private static bool IsVersion(ReadOnlySpan<byte> text) => text.Length == VersionLength && text.StartsWith("HTTP/"u8);

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name) ? line[name.Length..].Trim(" \t"u8) : default;
}
