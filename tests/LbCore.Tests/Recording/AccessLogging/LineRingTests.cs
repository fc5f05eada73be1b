using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Recording.AccessLogging;
using LbCore.TestKit;
using NUnit.Framework;

namespace LbCore.Tests.Recording.AccessLogging;

[Parallelizable(ParallelScope.All)]
internal sealed class LineRingTests
{
    [Test]
    public void Lines_come_out_in_order_across_the_end_of_the_memory()
    {
        var ring = new LineRing(16);
        var all = new StringBuilder();
        for (var i = 0; i < 20; i++)
        {
            var line = new string((char)('a' + i), 4) + "\n";
            ring.Add(Encoding.ASCII.GetBytes(line));
            all.Append(line);
        }

        // Three fit; they are taken, and three more are added behind them.
        Assert.That(Drain(ring), Is.EqualTo(all.ToString()[..15]));
        Assert.That(ring.Dropped, Is.EqualTo(17));
        ring.Add("12345\n"u8);
        ring.Add("6789\n"u8);
        Assert.That((ring.CountLines(), Drain(ring), ring.CountLines()), Is.EqualTo((2, "12345\n6789\n", 0)));
    }

    [Test]
    public void A_line_across_the_end_of_the_memory_is_found_whole()
    {
        var ring = new LineRing(8);
        ring.Add("12345\n"u8);
        ring.Take(6);
        ring.Add("abc\n"u8);
        ring.Add("d\n"u8);
        var first = ring.Peek(5, out var second);
        Assert.That((Encoding.ASCII.GetString(first), Encoding.ASCII.GetString(second)), Is.EqualTo(("ab", "c\nd")));
        Assert.That((ring.FirstLine(), ring.CountLines(), ring.CountLines(4)), Is.EqualTo((4, 2, 1)));
    }

    [Test]
    public void A_line_that_does_not_fit_is_dropped_whole_and_a_shorter_one_still_goes_in()
    {
        var ring = new LineRing(10);
        ring.Add("12345\n"u8);
        Assert.That(ring.Add("too long\n"u8), Is.True);
        ring.Add("abc\n"u8);
        Assert.That((ring.Dropped, ring.Count, Drain(ring)), Is.EqualTo((1, 10, "12345\nabc\n")));
    }

    [Test]
    public void The_reader_is_called_when_more_than_half_is_taken()
    {
        var ring = new LineRing(16);
        Assert.That(ring.Add("1234567\n"u8), Is.False);
        Assert.That(ring.Add("a\n"u8), Is.True);
        ring.Take(8);
        Assert.That(ring.Add("b\n"u8), Is.False, "what was taken is seen");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_one_thread_adds_another_gets_whole_and_in_order(CancellationToken token)
    {
        const int Lines = 300_000;
        var random = TestRandom.Create();
        var ring = new LineRing(512);
        var added = 0;
        var writing = Task.Run(
            () =>
            {
                Span<byte> line = stackalloc byte[64];
                for (var i = 0; i < Lines; i++)
                {
                    // A number, and as many dots as it says.
                    var dots = random.Next(40);
                    i.TryFormat(line, out var length, "D8", System.Globalization.CultureInfo.InvariantCulture);
                    line.Slice(length, dots).Fill((byte)'.');
                    line[length + dots] = (byte)'\n';
                    ring.Add(line[..(length + dots + 1)]);
                }

                Volatile.Write(ref added, 1);
            },
            token);

        var seen = 0;
        var last = -1;
        var rest = new StringBuilder();
        for (var isOver = false; !isOver;)
        {
            isOver = Volatile.Read(ref added) != 0;
            rest.Append(Drain(ring));
            var text = rest.ToString();
            var end = text.LastIndexOf('\n') + 1;
            foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var number = int.Parse(line.TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture);
                Assert.That(number, Is.GreaterThan(last));
                Assert.That(line.Length, Is.LessThan(48));
                last = number;
                seen++;
            }

            rest.Remove(0, end);
            token.ThrowIfCancellationRequested();
        }

        await writing;
        Assert.That((rest.Length, seen + ring.Dropped), Is.EqualTo((0, (long)Lines)), "each is there or counted");
    }

    private static string Drain(LineRing ring)
    {
        var text = new StringBuilder();
        for (var first = ring.Peek(7, out var second); !first.IsEmpty; first = ring.Peek(7, out second))
        {
            text.Append(Encoding.ASCII.GetString(first)).Append(Encoding.ASCII.GetString(second));
            ring.Take(first.Length + second.Length);
        }

        return text.ToString();
    }
}
