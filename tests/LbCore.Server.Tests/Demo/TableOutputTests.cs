using System;
using System.IO;
using System.Threading.Channels;
using System.Threading.Tasks;
using LbCore.Server.Demo;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
internal sealed class TableOutputTests
{
    [Test]
    [CancelAfter(30_000)]
    public async Task A_frame_reaches_the_terminal_while_the_demo_goes_on()
    {
        await using var terminal = new BufferedTerminal();
        var messages = Channel.CreateUnbounded<DemoMessage>();
        var showing = new TableOutput(terminal, isUnicode: true).RunAsync(messages.Reader);
        messages.Writer.TryWrite(Samples.Started);
        messages.Writer.TryWrite(Samples.Second);
        await Eventually.TrueAsync(() => terminal.Screen.Contains("1.5 ms", StringComparison.Ordinal), "the first second is seen");

        messages.Writer.TryWrite(Samples.Death);
        await Eventually.TrueAsync(() => terminal.Screen.Contains("[the others] answer", StringComparison.Ordinal), "the event is seen");
        Assert.That(showing.IsCompleted, Is.False);

        messages.Writer.Complete();
        await showing;
    }

    /// <summary>Shows what has been flushed.</summary>
    private sealed class BufferedTerminal : StringWriter
    {
        private volatile string _screen = "";

        public string Screen => _screen;

        public override void Flush() => _screen = ToString();

        public override Task FlushAsync()
        {
            Flush();
            return Task.CompletedTask;
        }
    }
}
