using System;
using System.Collections.Generic;
using System.Linq;
using LbCore.Transport;
using NUnit.Framework;

namespace LbCore.TestKit;

/// <summary>Lists the set-ups of contract tests, for TestFixtureSource and TestCaseSource.</summary>
public static class EngineMatrix
{
    /// <summary>Gets every engine with one loop and with two, bare and under TLS.</summary>
    public static IEnumerable<TestFixtureData> All => Cases(_ => true);

    /// <summary>Gets every engine with one loop and with two, bare.</summary>
    public static IEnumerable<TestFixtureData> Bare => Cases(engineCase => !engineCase.Tls);

    /// <summary>Gets every engine with one loop, bare.</summary>
    public static IEnumerable<TestFixtureData> OneLoopBare => Cases(engineCase => engineCase is { Tls: false, Loops: 1 });

    /// <summary>Gets every engine with one loop, bare and under TLS.</summary>
    public static IEnumerable<TestFixtureData> OneLoop => Cases(engineCase => engineCase.Loops == 1);

    /// <summary>Gets the epoll engine with one loop and with two, bare: what only that engine promises.</summary>
    public static IEnumerable<TestFixtureData> EpollBare =>
        Cases(engineCase => engineCase is { Engine: EngineKind.Epoll, Tls: false });

    private static IEnumerable<TestFixtureData> Cases(Func<EngineCase, bool> filter) =>
        from engine in new[] { EngineKind.Epoll, EngineKind.Managed }
        from loops in new[] { 1, 2 }
        from tls in new[] { false, true }
        let engineCase = new EngineCase(engine, loops, tls)
        where filter(engineCase)
        select Describe(engineCase);

    private static TestFixtureData Describe(EngineCase engineCase)
    {
        var data = new TestFixtureData(engineCase);
        if (engineCase.Engine == EngineKind.Epoll && !OperatingSystem.IsLinux())
        {
            data.Ignore("epoll exists on Linux only");
        }

        return data;
    }
}
