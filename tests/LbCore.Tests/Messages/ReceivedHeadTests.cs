using System;
using System.Buffers;
using System.Text;
using System.Threading.Tasks;
using LbCore.Messages;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.Tests.Messages;

/// <summary>Bytes of a head, shown as they come, in one block or in two.</summary>
internal sealed class ReceivedHeadTests
{
    private const string Text = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

    [Test]
    public async Task A_head_is_shown_as_it_grows_wherever_the_first_block_ends([Range(1, 28)] int firstBlock, [Values(1, 5)] int step)
    {
        await using var engine = TransportEngine.Create(new TransportOptions { Loops = 1, PoisonBuffers = true });
        var shown = new TaskCompletionSource<string>();
        engine.Loops[0].Post(_ => shown.SetResult(ShowAll(engine.Loops[0], firstBlock, step)), null);
        Assert.That(await shown.Task, Is.EqualTo(Text));
        Assert.That(engine.ReadCounters().RentedBuffers, Is.Zero);
    }

    [Test]
    public async Task No_more_is_shown_than_a_head_may_have()
    {
        await using var engine = TransportEngine.Create(new TransportOptions { Loops = 1 });
        var shown = new TaskCompletionSource<int>();
        engine.Loops[0].Post(
            _ =>
            {
                var head = default(ReceivedHead);
                shown.SetResult(head.Show(Bytes(Text.Length, 3), engine.Loops[0], maxBytes: 10).Length);
                head.Drop();
            },
            null);
        Assert.That(await shown.Task, Is.EqualTo(10));
    }

    private static string ShowAll(EventLoop loop, int firstBlock, int step)
    {
        var head = default(ReceivedHead);
        for (var length = 1; length < Text.Length; length += step)
        {
            var read = Bytes(length, firstBlock);
            if (Encoding.ASCII.GetString(head.Show(read, loop, 1024)) is var part && part != Text[..length])
            {
                return part;
            }
        }

        var whole = Bytes(Text.Length, firstBlock);
        head.Show(whole, loop, 1024);
        head.Keep(whole);
        var text = Encoding.ASCII.GetString(head.Bytes);
        head.Drop();
        return text;
    }

    private static ReadOnlySequence<byte> Bytes(int length, int firstBlock)
    {
        var bytes = Encoding.ASCII.GetBytes(Text[..length]);
        if (length <= firstBlock)
        {
            return new ReadOnlySequence<byte>(bytes);
        }

        var first = new Segment(bytes.AsMemory(0, firstBlock));
        var second = first.Append(bytes.AsMemory(firstBlock));
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
