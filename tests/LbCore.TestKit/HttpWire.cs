using System;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace LbCore.TestKit;

/// <summary>Speaks HTTP/1.1 by hand: what is sent is exactly what a test writes.</summary>
public static class HttpWire
{
    public static Task SendAsync(this RawClient peer, string text)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return peer.WriteAsync(Encoding.Latin1.GetBytes(text));
    }

    /// <summary>Sends one byte after the other, each with a call of its own.</summary>
    public static async Task SendByteByByteAsync(this RawClient peer, string text)
    {
        ArgumentNullException.ThrowIfNull(peer);
        foreach (var value in Encoding.Latin1.GetBytes(text))
        {
            await peer.WriteAsync(new[] { value }).ConfigureAwait(false);
        }
    }

    /// <summary>Reads to the end of a head and not a byte further.</summary>
    public static async Task<string> ReadHeadAsync(this RawClient peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        var head = new StringBuilder();
        while (!EndsHead(head))
        {
            head.Append((char)(await peer.ReadExactlyAsync(1).ConfigureAwait(false))[0]);
        }

        return head.ToString();
    }

    /// <summary>Returns a forwarded head without the identifier that it must have, which is another one each time.</summary>
    public static string WithoutRequestId(this string head)
    {
        ArgumentNullException.ThrowIfNull(head);
        var lines = Regex.Matches(head, "^X-Request-Id: [0-9a-f]{32}\r\n", RegexOptions.Multiline | RegexOptions.CultureInvariant);
        return lines.Count == 1 ? head.Remove(lines[0].Index, lines[0].Length) : throw new ArgumentException($"There are {lines.Count} identifiers in: {head}", nameof(head));
    }

    /// <summary>Reads the body of an error of ours as plain text: a line with the status, and one with the request's identifier.</summary>
    public static async Task<string> ReadErrorAsync(this RawClient peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        var text = new StringBuilder();
        for (var lines = 0; lines < 2; lines += text[^1] == '\n' ? 1 : 0)
        {
            text.Append((char)(await peer.ReadExactlyAsync(1).ConfigureAwait(false))[0]);
        }

        return text.ToString();
    }

    /// <summary>Reads so many bytes as text.</summary>
    public static async Task<string> ReadTextAsync(this RawClient peer, int count)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return Encoding.Latin1.GetString(await peer.ReadExactlyAsync(count).ConfigureAwait(false));
    }

    /// <summary>Reads to the end of the stream, which must be an orderly one.</summary>
    public static async Task<string> ReadTextToEndAsync(this RawClient peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return Encoding.Latin1.GetString(await peer.ReadToEndAsync().ConfigureAwait(false));
    }

    private static bool EndsHead(StringBuilder head) =>
        head.Length >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n' && head[^4] == '\r';
}
