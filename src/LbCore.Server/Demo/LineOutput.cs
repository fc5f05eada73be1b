using System;
using System.IO;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace LbCore.Server.Demo;

/// <summary>Writes each message as one line, or as several.</summary>
internal sealed class LineOutput : IDemoOutput
{
    private readonly TextWriter _writer;
    private readonly Func<DemoMessage, string> _format;

    /// <param name="writer">Where to write.</param>
    /// <param name="format">Returns a message as text, with the end of its last line.</param>
    public LineOutput(TextWriter writer, Func<DemoMessage, string> format)
    {
        _writer = writer;
        _format = format;
    }

    public async Task RunAsync(ChannelReader<DemoMessage> messages)
    {
        await foreach (var message in messages.ReadAllAsync().ConfigureAwait(false))
        {
            await _writer.WriteAsync(_format(message)).ConfigureAwait(false);
            await _writer.FlushAsync().ConfigureAwait(false);
        }
    }
}
