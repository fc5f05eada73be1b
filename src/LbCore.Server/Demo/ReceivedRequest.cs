using System;
using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Tasks;

namespace LbCore.Server.Demo;

/// <summary>
/// Is a request as a backend of the demo reads it: as much of HTTP/1.1 as it needs for an answer. What is malformed the
/// load balancer has refused before; here it only has to end well.
/// </summary>
internal sealed class ReceivedRequest
{
    // The load balancer takes 32 KiB from a client and adds its own fields.
    private const int MostHeadBytes = 64 * 1024;
    private const int MostLineBytes = 4096;

    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    private ReceivedRequest()
    {
    }

    public string Method { get; private set; } = "";

    public string Target { get; private set; } = "";

    /// <summary>Gets whether the connection ends with the answer.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Gets whether the client waits for an interim answer before it sends the body.</summary>
    public bool ExpectsContinue { get; private set; }

    private bool IsChunked { get; set; }

    private long Length { get; set; }

    /// <summary>Reads a head. Null when the connection ended, or what came is no request.</summary>
    public static async ValueTask<ReceivedRequest?> ReadHeadAsync(PipeReader input) =>
        await ReadToAsync(input, HeadEnd, MostHeadBytes).ConfigureAwait(false) is { } head ? Parse(head) : null;

    /// <summary>Reads the body and drops it. False when it did not come whole.</summary>
    public async ValueTask<bool> DropBodyAsync(PipeReader input)
    {
        if (!IsChunked)
        {
            return await DropAsync(input, Length).ConfigureAwait(false);
        }

        while (await ReadLineAsync(input).ConfigureAwait(false) is { } line)
        {
            if (!Utf8Parser.TryParse(Encoding.ASCII.GetBytes(line), out long size, out _, 'x') || size < 0)
            {
                return false;
            }

            if (size == 0)
            {
                return await DropTrailersAsync(input).ConfigureAwait(false);
            }

            if (!await DropAsync(input, size).ConfigureAwait(false) || await ReadLineAsync(input).ConfigureAwait(false) is not "")
            {
                return false;
            }
        }

        return false;
    }

    private static async ValueTask<bool> DropTrailersAsync(PipeReader input)
    {
        string? line;
        do
        {
            line = await ReadLineAsync(input).ConfigureAwait(false);
        }
        while (line is { Length: > 0 });
        return line is not null;
    }

    private static async ValueTask<bool> DropAsync(PipeReader input, long length)
    {
        while (length > 0)
        {
            var read = await input.ReadAsync().ConfigureAwait(false);
            var taken = Math.Min(length, read.Buffer.Length);
            length -= taken;
            input.AdvanceTo(read.Buffer.GetPosition(taken));
            if (read.IsCompleted && length > 0 && taken == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static async ValueTask<string?> ReadLineAsync(PipeReader input) =>
        await ReadToAsync(input, LineEnd, MostLineBytes).ConfigureAwait(false) is { } line ? Encoding.Latin1.GetString(line.AsSpan()[..^2]) : null;

    /// <summary>Takes what comes up to and with a mark. Null when that is not there within so many bytes, or the connection ended before.</summary>
    private static async ValueTask<byte[]?> ReadToAsync(PipeReader input, byte[] mark, int most)
    {
        while (true)
        {
            var read = await input.ReadAsync().ConfigureAwait(false);
            var start = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, most)).ToArray();
            var end = start.AsSpan().IndexOf(mark);
            if (end >= 0)
            {
                var taken = start[..(end + mark.Length)];
                input.AdvanceTo(read.Buffer.GetPosition(taken.Length));
                return taken;
            }

            var isTooLong = read.Buffer.Length > most;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (isTooLong || read.IsCompleted)
            {
                return null;
            }
        }
    }

    private static ReceivedRequest? Parse(byte[] head)
    {
        var lines = Encoding.Latin1.GetString(head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0].Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target, var version])
        {
            return null;
        }

        var request = new ReceivedRequest { Method = method, Target = target, IsLast = version != "HTTP/1.1" };
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !request.Take(line[..colon], line[(colon + 1)..].Trim()))
            {
                return null;
            }
        }

        return request;
    }

    private bool Take(string name, string value)
    {
        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            var isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length);
            Length = length;
            return isNumber;
        }

        if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            IsChunked = value.Equals("chunked", StringComparison.OrdinalIgnoreCase);
            return IsChunked;
        }

        if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
        {
            IsLast |= value.Contains("close", StringComparison.OrdinalIgnoreCase);
        }
        else if (name.Equals("Expect", StringComparison.OrdinalIgnoreCase))
        {
            ExpectsContinue = true;
        }

        return true;
    }
}
