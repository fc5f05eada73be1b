using System;
using LbCore.Server.Demo;

namespace LbCore.Server.Tests.Demo;

/// <summary>Messages to show.</summary>
internal static class Samples
{
    public static DemoStarted Started { get; } = new(
        "127.0.0.1:8080", "127.0.0.1:8083", DemoSettings.DefaultBackends, 200, TimeSpan.FromSeconds(15), ["Port 8081 is taken; 8083 is used."]);

    public static DemoEvent Death { get; } = new(TimeSpan.FromSeconds(2.25), "dies", "b", "dies", "[the others] answer");

    public static DemoSecond Second { get; } = new(
        TimeSpan.FromSeconds(3),
        Rate: 150,
        Answered: 1234,
        Announced: 2,
        Lost: 1,
        [
            new BackendRow("a", "up", 100, 3, TimeSpan.FromMilliseconds(1.5), TimeSpan.FromMilliseconds(63), 0, [0, 50, 100]),
            new BackendRow("b", "down", 0, 0, null, null, 4, [100, 100, 0]),
        ]);

    public static DemoSummary Summary(int lost) => new(
        TimeSpan.FromSeconds(15),
        Requests: 1240 + lost,
        Answered: 1234,
        AnnouncedFaults: 5,
        InDeaths: 1,
        lost,
        lost == 0 ? [] : ["/http/7: 503 of the load balancer"],
        TimeSpan.FromMilliseconds(1),
        TimeSpan.FromMilliseconds(70),
        HadLoad: true,
        [new BackendTotal("a", 1234, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(70), 5)]);
}
