using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LbCore.Server.Demo;
using NUnit.Framework;

namespace LbCore.Server.Tests.Demo;

[TestFixture]
internal sealed class DemoMessageQueueTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Test]
    [CancelAfter(60_000)]
    public async Task The_summary_is_the_last_message_also_when_the_queue_was_full(CancellationToken cancellationToken)
    {
        var queue = new DemoMessageQueue();
        for (var i = 0; i < DemoMessageQueue.MostMessages + 100; i++)
        {
            queue.Tell(Samples.Second);
        }

        queue.Tell(Samples.Summary(lost: 0));
        var begin = new TaskCompletionSource();
        var showing = ShowAsync(queue, begin.Task);
        var ending = queue.EndAsync(showing, Long);
        begin.SetResult();
        await ending;

        var shown = await showing;
        Assert.That(shown, Has.Count.EqualTo(DemoMessageQueue.MostMessages + 1));
        Assert.That(shown[^1], Is.TypeOf<DemoSummary>());
        Assert.That(shown.Take(DemoMessageQueue.MostMessages), Is.All.TypeOf<DemoSecond>());
    }

    [TestCase(0)]
    [TestCase(DemoMessageQueue.MostMessages)]
    [CancelAfter(60_000)]
    public async Task A_terminal_that_takes_nothing_does_not_hold_the_end_up(int waiting, CancellationToken cancellationToken)
    {
        var queue = new DemoMessageQueue();
        for (var i = 0; i < waiting; i++)
        {
            queue.Tell(Samples.Second);
        }

        queue.Tell(Samples.Summary(lost: 0));

        await queue.EndAsync(new TaskCompletionSource().Task, TimeSpan.FromMilliseconds(20)).WaitAsync(cancellationToken);
    }

    private static async Task<List<DemoMessage>> ShowAsync(DemoMessageQueue queue, Task begin)
    {
        await begin;
        return await queue.Reader.ReadAllAsync().ToListAsync();
    }
}
