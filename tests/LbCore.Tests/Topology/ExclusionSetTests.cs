using System.Collections.Generic;
using System.Linq;
using CsCheck;
using LbCore.Topology;
using NUnit.Framework;

namespace LbCore.Tests.Topology;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class ExclusionSetTests
{
    [Test]
    public void It_contains_what_was_added_and_nothing_else() => Gen.Int[0, 300].Array[0, 30].Sample(indexes =>
    {
        var set = default(ExclusionSet);
        foreach (var index in indexes)
        {
            set.Add(index);
        }

        var expected = new HashSet<int>(indexes);
        Assert.That(set.IsEmpty, Is.EqualTo(expected.Count == 0));
        Assert.That(Enumerable.Range(0, 400).Where(index => set.Contains(index)), Is.EquivalentTo(expected));
    });
}
