using System;
using System.Collections.Generic;

namespace LbCore.Server.Demo;

/// <summary>Is something that the demo has to say.</summary>
internal abstract record DemoMessage;

/// <summary>Says that the demo serves, and where.</summary>
internal sealed record DemoStarted(
    string HttpAddress,
    string TcpAddress,
    IReadOnlyList<BackendSpec> Backends,
    int Rate,
    TimeSpan? Duration,
    IReadOnlyList<string> Notes) : DemoMessage;

/// <summary>Is an event, with what is expected of it.</summary>
/// <param name="At">When, from the start.</param>
/// <param name="Name">Its name for programs.</param>
/// <param name="Backend">Whom it happens to.</param>
/// <param name="What">What happens.</param>
/// <param name="Expected">What should come of it; empty when the event is what came of another one.</param>
internal sealed record DemoEvent(TimeSpan At, string Name, string Backend, string What, string Expected) : DemoMessage;

/// <summary>Is the state of everything at the end of a second.</summary>
/// <param name="At">When, from the start.</param>
/// <param name="Rate">Requests of the load that ended in the last second.</param>
/// <param name="Answered">How many of the load's requests were answered, from the start.</param>
/// <param name="Announced">How many met an announced fault.</param>
/// <param name="Lost">How many were lost.</param>
/// <param name="Rows">The backends.</param>
internal sealed record DemoSecond(
    TimeSpan At, int Rate, long Answered, long Announced, long Lost, IReadOnlyList<BackendRow> Rows) : DemoMessage;

/// <summary>Is a backend's second.</summary>
internal sealed record BackendRow(
    string Name, string State, int Rate, int InFlight, TimeSpan? P50, TimeSpan? P99, long Errors, IReadOnlyList<int> History);

/// <summary>Is what came of it all.</summary>
internal sealed record DemoSummary(
    TimeSpan Elapsed,
    long Requests,
    long Answered,
    long AnnouncedFaults,
    long InDeaths,
    long Lost,
    IReadOnlyList<string> LostList,
    TimeSpan? P50,
    TimeSpan? P99,
    bool HadLoad,
    IReadOnlyList<BackendTotal> Backends) : DemoMessage;

/// <summary>Is what came of one backend.</summary>
internal sealed record BackendTotal(string Name, long Answered, TimeSpan? P50, TimeSpan? P99, long Errors);
