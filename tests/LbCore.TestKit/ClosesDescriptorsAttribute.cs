using System;
using NUnit.Framework;
using NUnit.Framework.Interfaces;

namespace LbCore.TestKit;

/// <summary>Fails a test after which a descriptor of an ended engine is open, also of one that no harness watches over.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class ClosesDescriptorsAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
    }

    public void AfterTest(ITest test) =>
        Assert.That(EngineDescriptors.LeftOpenOfEnded(), Is.Empty, "descriptors that an engine left open at its end");
}
