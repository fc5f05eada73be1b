using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using LbCore.Messages;
using NUnit.Framework;

namespace LbCore.Tests.Messages;

#pragma warning disable CA2012 // Keeping the tasks of several methods, each awaited once, is what is tested.

/// <summary>Async methods whose state is used again behave as any other, and allocate nothing once they have waited as often at a time.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class LoopTaskBuilderTests
{
    [Test]
    public async Task A_method_that_does_not_wait_completes_at_once()
    {
        var task = AddAsync(new Gate(open: true), 1);
        Assert.That(task.IsCompletedSuccessfully, Is.True);
        Assert.That(await task, Is.EqualTo(2));
    }

    [Test]
    public async Task A_method_that_waits_completes_with_its_result()
    {
        var gate = new Gate();
        var task = AddAsync(gate, 41);
        Assert.That(task.IsCompleted, Is.False);
        gate.Open();
        Assert.That(await task, Is.EqualTo(42));
    }

    [Test]
    public void An_exception_reaches_whoever_awaits_before_and_after_a_wait()
    {
        var gate = new Gate();
        var waiting = FailAsync(gate);
        gate.Open();
        Assert.That(async () => await waiting, Throws.InvalidOperationException.With.Message.EqualTo("as told"));
        Assert.That(async () => await FailAsync(new Gate(open: true)), Throws.InvalidOperationException.With.Message.EqualTo("as told"));
    }

    [Test]
    public async Task Many_at_a_time_and_one_within_another_keep_their_own_state()
    {
        for (var round = 0; round < 3; round++)
        {
            var gates = new Gate[100];
            var tasks = new ValueTask<int>[gates.Length];
            for (var i = 0; i < gates.Length; i++)
            {
                gates[i] = new Gate();
                tasks[i] = OuterAsync(gates[i], i);
            }

            for (var i = gates.Length - 1; i >= 0; i--)
            {
                gates[i].Open();
                Assert.That(await tasks[i], Is.EqualTo((i * 2) + 3));
            }
        }
    }

    [Test]
    public async Task A_task_that_was_awaited_cannot_be_awaited_again()
    {
        var gate = new Gate();
        var task = AddAsync(gate, 1);
        gate.Open();
        await task;
        Assert.That(async () => await task, Throws.InvalidOperationException);
    }

    [Test]
    public void Waiting_allocates_nothing_when_as_many_have_waited_before()
    {
        const int atOnce = 50;
        var gate = new Gate();
        var tasks = new ValueTask<int>[atOnce];
        long Round()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            gate.Close();
            for (var i = 0; i < atOnce; i++)
            {
                tasks[i] = OuterAsync(gate, i);
            }

            gate.Open();
            for (var i = 0; i < atOnce; i++)
            {
                _ = tasks[i].GetAwaiter().GetResult();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Round();
        Round();
        Assert.That(Round(), Is.Zero);
    }

    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    private static async ValueTask<int> AddAsync(Gate gate, int number)
    {
        await gate;
        return number + 1;
    }

    [AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
    private static async ValueTask<int> OuterAsync(Gate gate, int number)
    {
        var first = await AddAsync(gate, number);
        await NothingAsync(gate);
        return first + await AddAsync(gate, number + 1);
    }

    [AsyncMethodBuilder(typeof(LoopTaskBuilder))]
    private static async ValueTask NothingAsync(Gate gate) => await gate;

    [AsyncMethodBuilder(typeof(LoopTaskBuilder))]
    private static async ValueTask FailAsync(Gate gate)
    {
        await gate;
        throw new InvalidOperationException("as told");
    }

    /// <summary>Something to wait for that runs its continuations inline and allocates nothing.</summary>
    private sealed class Gate(bool open = false) : ICriticalNotifyCompletion
    {
        private readonly Action[] _waiting = new Action[256];
        private int _count;

        public bool IsCompleted { get; private set; } = open;

        public Gate GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => _waiting[_count++] = continuation;

        public void Close() => IsCompleted = false;

        public void Open()
        {
            IsCompleted = true;
            for (var i = 0; i < _count; i++)
            {
                _waiting[i]();
            }

            _count = 0;
        }
    }
}
