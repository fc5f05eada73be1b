using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using LbCore.Balancing;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Testing;

/// <summary>
/// What every strategy must hold to, as the data plane relies on it. Inherit it in a class of your tests, and say which
/// strategy is meant.
/// </summary>
[TestFixture]
public abstract class StrategyContractTests
{
    private const int Seed = 7;

    private static readonly int[] Counts = [1, 2, 3, 64, 65, 1000];

    /// <summary>Gets what is written of the strategy's parameters. Nothing, unless overridden: then every default holds.</summary>
    protected virtual IReadOnlyDictionary<string, string> Parameters { get; } = new Dictionary<string, string>();

    /// <summary>Gets whether one key always leads to the same backend while the set and what is in flight stay the same. Only asked of strategies with a key.</summary>
    protected virtual bool KeepsKeys => true;

    /// <summary>Returns the strategy.</summary>
    protected abstract IBalancingStrategy CreateStrategy();

    /// <summary>Tests that configuration can refer to it.</summary>
    [Test]
    public void Its_name_can_be_written() => Assert.That(
        CreateStrategy().Name, Has.Length.InRange(1, 64).And.Matches("^[A-Za-z0-9._-]+$"));

    /// <summary>Tests that its parameters are consistent.</summary>
    [Test]
    public void Its_parameters_have_names_of_their_own_and_pass_its_check()
    {
        var strategy = CreateStrategy();
        Assert.That(strategy.Parameters.Select(static parameter => parameter.Name), Is.Unique);
        Assert.That(strategy.Check(new StrategyArguments(strategy.Parameters, Parameters)), Is.Null);
    }

    /// <summary>Tests sets in which nothing may be chosen.</summary>
    [Test]
    public void It_says_so_when_there_is_nothing_to_choose()
    {
        var selection = NewSelection();
        Assert.That(selection.Select(Create()), Is.EqualTo(BackendSelector.None), "an empty set");
        Assert.That(selection.Select(Create(0)), Is.EqualTo(BackendSelector.None), "weight 0");
        Assert.That(selection.Select(Create(0, 0, 0)), Is.EqualTo(BackendSelector.None), "all weights 0");
    }

    /// <summary>Tests that backends which take nothing new are left alone.</summary>
    [Test]
    public void It_never_chooses_a_backend_with_weight_0([ValueSource(nameof(Counts))] int count)
    {
        var selector = Create([.. Enumerable.Range(0, count).Select(static index => index % 2)]);
        var selection = NewSelection();
        for (var i = 0; i < 1000; i++)
        {
            SetKey(selection, i);
            var chosen = selection.Select(selector);
            Assert.That(chosen, count == 1 ? Is.EqualTo(BackendSelector.None) : Is.InRange(0, count - 1));
            Assert.That(chosen % 2, Is.Not.Zero);
        }
    }

    /// <summary>Tests that excluding one backend after the other goes through all of them.</summary>
    [Test]
    public void It_finds_every_backend_once_while_those_found_are_excluded([ValueSource(nameof(Counts))] int count)
    {
        int[] weights = [.. Enumerable.Range(0, count).Select(static index => index % 5)];
        var selector = Create(weights);
        for (var round = 0; round < 3; round++)
        {
            var selection = NewSelection((ulong)round + 1);
            SetKey(selection, round);
            var found = new HashSet<int>();
            for (int chosen; (chosen = selection.Select(selector)) != BackendSelector.None;)
            {
                Assert.That(found.Add(chosen), Is.True, $"b{chosen} is excluded");
                Assert.That(weights[chosen], Is.GreaterThan(0));
                selection.Exclude(chosen);
            }

            Assert.That(found, Has.Count.EqualTo(weights.Count(static weight => weight > 0)));
        }
    }

    /// <summary>Tests connections and requests that have no key.</summary>
    [Test]
    public void It_chooses_without_a_key_too()
    {
        var selection = NewSelection();
        selection.ClearKey();
        Assert.That(selection.Select(Create(1, 1, 1)), Is.InRange(0, 2));
    }

    /// <summary>Tests that a key leads to one backend.</summary>
    [Test]
    public void One_key_leads_to_one_backend()
    {
        if (Key().Kind == SelectionKeyKind.None || !KeepsKeys)
        {
            Assert.Pass("It does not choose by a key.");
        }

        var selector = Create([.. Enumerable.Repeat(1, 20)]);
        var selection = NewSelection();
        var used = new HashSet<int>();
        for (var key = 0; key < 200; key++)
        {
            SetKey(selection, key);
            var first = selection.Select(selector);
            used.Add(first);
            Assert.That(Enumerable.Range(0, 5).Select(_ => selection.Select(selector)), Is.All.EqualTo(first));
        }

        Assert.That(used, Has.Count.GreaterThan(5), "and not all keys to the same");
    }

    /// <summary>Tests that choosing makes no garbage.</summary>
    [Test]
    public void Choosing_allocates_nothing()
    {
        var selector = Create([.. Enumerable.Range(0, 60).Select(static index => index % 3)]);
        var (first, again) = (NewSelection(), NewSelection());
        again.Exclude(1);
        again.Exclude(2);

        // The first round may compile.
        Choose(first, again, selector);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Choose(first, again, selector);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    /// <summary>Tests that loops may choose at once.</summary>
    [Test]
    public void Several_threads_may_choose_at_once()
    {
        var selector = Create(1, 2, 3, 0, 5);
        Parallel.For(0, 4, thread =>
        {
            var selection = NewSelection((ulong)thread + 1);
            for (var i = 0; i < 20_000; i++)
            {
                SetKey(selection, i);
                var chosen = selection.Select(selector);
                if (chosen is < 0 or 3 or > 4)
                {
                    throw new AssertionException($"{chosen} was chosen of five backends, of which the fourth has weight 0");
                }

                TestBackends.Touch(selector.Set[chosen]);
            }
        });
        Assert.That(selector.Set.AsSpan().ToArray().Select(static backend => backend.InFlight), Is.All.Zero);
    }

    /// <summary>Tests that a selector can replace any other.</summary>
    [Test]
    public void It_can_replace_a_selector_of_its_own_and_of_another_strategy()
    {
        var strategy = CreateStrategy();
        var arguments = new StrategyArguments(strategy.Parameters, Parameters);
        var own = strategy.Create(TestBackends.Create(1, 1), arguments, previous: null);
        var other = new RoundRobinStrategy("other").Create(TestBackends.Create(1), StrategyArguments.None, previous: null);
        foreach (var previous in new[] { own, other })
        {
            var set = TestBackends.Create(1, 0, 1);
            var selector = strategy.Create(set, arguments, previous);
            Assert.That(selector.Set, Is.SameAs(set));
            Assert.That(NewSelection().Select(selector), Is.EqualTo(0).Or.EqualTo(2));
        }
    }

    /// <summary>Tests that explaining a choice is possible in every state.</summary>
    [Test]
    public void It_can_be_explained_whatever_there_is_to_choose()
    {
        foreach (var selector in new[] { Create(), Create(0), Create(1), Create(3, 0, 1) })
        {
            var selection = NewSelection();
            Assert.That(selection.Explain(selector), Is.All.Not.Empty);
            selection.Exclude(0);
            selection.ClearKey();
            Assert.That(selection.Explain(selector), Is.All.Not.Empty);
        }
    }

    private static void Choose(TestSelection first, TestSelection again, BackendSelector selector)
    {
        for (var i = 0; i < 1000; i++)
        {
            first.Select(selector);
            again.Select(selector);
        }
    }

    private SelectionKey Key()
    {
        var strategy = CreateStrategy();
        return strategy.KeyOf(new StrategyArguments(strategy.Parameters, Parameters));
    }

    private BackendSelector Create(params int[] weights)
    {
        var strategy = CreateStrategy();
        return strategy.Create(TestBackends.Create(weights), new StrategyArguments(strategy.Parameters, Parameters), previous: null);
    }

    private TestSelection NewSelection(ulong seed = Seed)
    {
        var selection = new TestSelection(seed);
        SetKey(selection, 0);
        return selection;
    }

    private void SetKey(TestSelection selection, int number)
    {
        switch (Key().Kind)
        {
            case SelectionKeyKind.None:
                break;
            case SelectionKeyKind.ClientAddress:
                selection.SetClientAddress(new IPAddress(0x0100000A + ((long)number << 8)));
                break;
            default:
                selection.SetKey(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
                break;
        }
    }
}
