using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace LbCore.Server.Demo;

/// <summary>
/// Holds what is to be shown. A terminal that takes nothing loses seconds and events, not the demo; the summary waits for
/// its place.
/// </summary>
internal sealed class DemoMessageQueue
{
    /// <summary>How many messages wait; what comes when it is full is dropped.</summary>
    public const int MostMessages = 256;

    private readonly Channel<DemoMessage> _messages =
        Channel.CreateBounded<DemoMessage>(new BoundedChannelOptions(MostMessages) { SingleReader = true });

    private DemoSummary? _summary;

    public ChannelReader<DemoMessage> Reader => _messages.Reader;

    /// <summary>Takes a message. Never blocks. For any thread.</summary>
    public void Tell(DemoMessage message)
    {
        if (message is DemoSummary summary)
        {
            Volatile.Write(ref _summary, summary);
        }
        else
        {
            _messages.Writer.TryWrite(message);
        }
    }

    /// <summary>Ends it, with the summary as the last message if there was one, and waits until all is shown.</summary>
    /// <param name="showing">Shows it.</param>
    /// <param name="longest">How long all that may take. What is not shown then never is.</param>
    public async Task EndAsync(Task showing, TimeSpan longest)
    {
        using var over = new CancellationTokenSource(longest);
        try
        {
            if (Volatile.Read(ref _summary) is { } summary)
            {
                await _messages.Writer.WriteAsync(summary, over.Token).ConfigureAwait(false);
            }

            _messages.Writer.Complete();
            await Task.WhenAny(showing, Task.Delay(Timeout.Infinite, over.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The terminal takes nothing.
        }
    }
}
