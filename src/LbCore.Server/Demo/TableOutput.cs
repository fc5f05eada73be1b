using System;
using System.IO;
using System.Text;
using System.Threading.Channels;
using System.Threading.Tasks;
using Spectre.Console;

namespace LbCore.Server.Demo;

/// <summary>Shows a table on a terminal that is drawn anew every second and with every event.</summary>
internal sealed class TableOutput : IDemoOutput
{
    private readonly TextWriter _writer;
    private readonly IAnsiConsole _console;
    private readonly TableView _view;

    public TableOutput(TextWriter writer, bool isUnicode)
    {
        _writer = writer;
        _view = new TableView(isUnicode);
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
            Out = new Terminal(writer),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        _console.Profile.Capabilities.Unicode = isUnicode;
    }

    public async Task RunAsync(ChannelReader<DemoMessage> messages)
    {
        if (await messages.WaitToReadAsync().ConfigureAwait(false) && messages.TryRead(out var first))
        {
            await WriteAsync(first).ConfigureAwait(false);
        }

        DemoMessage? last = null;
        await _console.Live(_view.Draw(_console.Profile.Width)).Overflow(VerticalOverflow.Ellipsis).StartAsync(async context =>
        {
            await foreach (var message in messages.ReadAllAsync().ConfigureAwait(false))
            {
                _view.Take(message);
                context.UpdateTarget(_view.Draw(_console.Profile.Width));
                await _writer.FlushAsync().ConfigureAwait(false);
                last = message;
            }
        }).ConfigureAwait(false);

        if (last is DemoSummary)
        {
            await WriteAsync(last).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(DemoMessage message)
    {
        await _writer.WriteAsync(DemoText.Format(message)).ConfigureAwait(false);
        await _writer.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Is the terminal behind standard output.</summary>
    private sealed class Terminal(TextWriter writer) : IAnsiConsoleOutput
    {
        // A terminal that does not know its size says 0.
        private const int UsualWidth = 100;
        private const int UsualHeight = 30;

        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => Ask(static () => Console.WindowWidth, UsualWidth);

        public int Height => Ask(static () => Console.WindowHeight, UsualHeight);

        public void SetEncoding(Encoding encoding)
        {
            // It is UTF-8.
        }

        private static int Ask(Func<int> ask, int usual)
        {
            try
            {
                return ask() is > 0 and var known ? known : usual;
            }
            catch (IOException)
            {
                return usual;
            }
        }
    }
}
