using System;
using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Threading.Tasks;

namespace LbCore.Server.Demo;

/// <summary>Is an answer as a client of the load reads it.</summary>
internal sealed class LoadAnswer
{
    private const int MostHeadBytes = 16 * 1024;
    private const int MostBodyBytes = 16 * 1024;

    private LoadAnswer()
    {
    }

    /// <summary>Gets the status; 0 when no whole head came, or what came is no answer.</summary>
    public int Status { get; private set; }

    /// <summary>Gets whether anything came.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Gets whether all of it came.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Gets whether the connection ends with it.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Gets the backend that made it; empty when it is the load balancer's own.</summary>
    public string Backend { get; private set; } = "";

    public string Number { get; private set; } = "";

    public bool IsAnnouncedFault { get; private set; }

    public string Text { get; private set; } = "";

    private int Length { get; set; } = -1;

    /// <summary>Reads one. A connection that ends, in whichever way, only leaves it unfinished.</summary>
    public static async Task<LoadAnswer> ReadAsync(PipeReader input)
    {
        var answer = new LoadAnswer();
        try
        {
            await answer.ReadHeadAsync(input).ConfigureAwait(false);
            if (answer.Status != 0)
            {
                await answer.ReadBodyAsync(input).ConfigureAwait(false);
            }
        }
        catch (Transport.ConnectionAbortedException)
        {
            // Reset: what is there is all that there is.
        }

        return answer;
    }

    private async Task ReadHeadAsync(PipeReader input)
    {
        while (true)
        {
            var read = await input.ReadAsync().ConfigureAwait(false);
            HasBegun |= !read.Buffer.IsEmpty;
            var start = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, MostHeadBytes)).ToArray();
            var end = start.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                Parse(Encoding.Latin1.GetString(start, 0, end));
                input.AdvanceTo(read.Buffer.GetPosition(end + 4));
                return;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || start.Length == MostHeadBytes)
            {
                return;
            }
        }
    }

    private async Task ReadBodyAsync(PipeReader input)
    {
        if (Length is < 0 or > MostBodyBytes)
        {
            return;
        }

        while (!IsWhole)
        {
            var read = Length == 0 ? default : await input.ReadAsync().ConfigureAwait(false);
            IsWhole = read.Buffer.Length >= Length;
            if (Length == 0)
            {
                return;
            }

            var isOver = IsWhole || read.IsCompleted;
            if (isOver)
            {
                var body = read.Buffer.Slice(0, Math.Min(Length, read.Buffer.Length));
                Text = Encoding.Latin1.GetString(body);
                input.AdvanceTo(body.End);
                return;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private void Parse(string head)
    {
        var lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not ["HTTP/1.1", var status, ..] || !int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            return;
        }

        Status = code;
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                Take(line[..colon].ToUpperInvariant(), line[(colon + 1)..].Trim());
            }
        }
    }

    private void Take(string name, string value)
    {
        switch (name)
        {
            case "CONTENT-LENGTH":
                Length = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : -1;
                break;
            case "CONNECTION":
                IsLast = value.Contains("close", StringComparison.OrdinalIgnoreCase);
                break;
            case "DEMO-BACKEND":
                Backend = value;
                break;
            case "DEMO-REQUEST":
                Number = value;
                break;
            case "DEMO-FAULT":
                IsAnnouncedFault = true;
                break;
        }
    }
}
