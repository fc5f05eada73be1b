using System;
using System.Collections.Generic;

namespace LbCore.Server.Demo;

/// <summary>Takes what came of each request of the load. For one thread at a time: the demo's loop.</summary>
internal sealed class LoadReport
{
    private readonly Dictionary<string, BackendFigures> _backends;
    private long _lastId;

    public LoadReport(Ledger ledger, IEnumerable<DemoBackend> backends)
    {
        Ledger = ledger;
        _backends = new Dictionary<string, BackendFigures>(StringComparer.Ordinal);
        foreach (var backend in backends)
        {
            _backends.Add(backend.Spec.Name, backend.Figures);
        }
    }

    public Ledger Ledger { get; }

    /// <summary>Gets the latencies of all answers.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Returns a number that no other request has.</summary>
    public long NextId() => ++_lastId;

    /// <summary>Returns whether there is such a backend.</summary>
    public bool IsBackend(string name) => _backends.ContainsKey(name);

    /// <summary>Takes a good answer of a backend that there is.</summary>
    public void Answered(string backend, TimeSpan latency)
    {
        _backends[backend].AddLatency(latency);
        Latencies.Add(latency);
        Ledger.AddAnswered();
    }

    public void AnnouncedFault() => Ledger.AddAnnouncedFault();

    public void Failed(in RequestFailure failure) => Ledger.AddFailure(failure);
}
