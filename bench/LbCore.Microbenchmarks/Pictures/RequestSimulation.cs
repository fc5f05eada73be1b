using System;
using System.Collections.Generic;
using System.Diagnostics;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>
/// Lets requests arrive at random (a Poisson process) and a selector give them to backends, event by event in simulated time.
/// What is in flight and how long a first byte takes is kept in the backends' own figures, as the data plane does, and the
/// same requests arrive at the same moments whatever the strategy. To be run once.
/// </summary>
internal sealed class RequestSimulation
{
    private readonly RandomSource _arrivals = new(11);
    private readonly RandomSource _sizes = new(12);
    private readonly RandomSource _choices = new(13);
    private readonly BackendSelector _selector;
    private readonly BackendSet _set;
    private readonly SimulatedServer[] _servers;
    private readonly int[] _busy;
    private readonly Queue<Arrival>[] _waiting;
    private readonly PriorityQueue<Arrival, double> _ends = new();
    private readonly List<SimulatedRequest> _requests = [];
    private readonly double[] _areas;
    private readonly double[] _changed;
    private readonly double _begin;
    private readonly double _end;
    private int _inFlight;

    /// <param name="strategy">The strategy.</param>
    /// <param name="servers">The backends, all of the same weight.</param>
    /// <param name="begin">From which millisecond on requests count; those before fill the backends.</param>
    /// <param name="end">Up to which millisecond requests arrive.</param>
    public RequestSimulation(PicturedStrategy strategy, SimulatedServer[] servers, double begin, double end)
    {
        _set = PictureSets.Equal(servers.Length);
        _selector = strategy.Create(_set);
        _servers = servers;
        _busy = new int[servers.Length];
        _waiting = new Queue<Arrival>[servers.Length];
        for (var i = 0; i < _waiting.Length; i++)
        {
            _waiting[i] = new Queue<Arrival>();
        }

        _areas = new double[servers.Length];
        _changed = new double[servers.Length];
        _begin = begin;
        _end = end;
    }

    /// <summary>Gets the requests that count, in the order in which they ended.</summary>
    public IReadOnlyList<SimulatedRequest> Requests => _requests;

    /// <summary>Gets the most that a backend had in flight when it was chosen, the new request included, over the mean of all at that moment.</summary>
    public double MostOverMean { get; private set; }

    /// <summary>Returns a time in ticks of <see cref="Stopwatch"/>.</summary>
    public static long TicksOf(double milliseconds) => (long)(milliseconds * Stopwatch.Frequency / 1000);

    /// <summary>Returns what a backend had in flight on average.</summary>
    public double MeanInFlight(int index) => _areas[index] / (_end - _begin);

    /// <summary>Lets all requests arrive and end.</summary>
    /// <param name="requestsPerMillisecond">How many arrive on average.</param>
    /// <param name="nextKey">Returns the number of the next request's key, and what the strategy sees of it.</param>
    public void Run(double requestsPerMillisecond, Func<(int Key, SelectionInput Input)> nextKey)
    {
        var next = 0.0;
        while (true)
        {
            next += PictureSets.NextExponential(_arrivals) / requestsPerMillisecond;
            while (_ends.TryPeek(out _, out var end) && (end <= next || next > _end))
            {
                Finish(_ends.Dequeue(), end);
            }

            if (next > _end)
            {
                return;
            }

            var (key, input) = nextKey();
            var index = PicturedStrategy.Select(_selector, _choices, in input, next);
            NoteInFlight(index, next);
            _set[index].TryReserve();
            _inFlight++;
            MostOverMean = next < _begin ? 0 : Math.Max(MostOverMean, _set[index].InFlight * _servers.Length / (double)_inFlight);
            Start(new Arrival(next, PictureSets.NextExponential(_sizes), key, index), next);
        }
    }

    private void Start(Arrival arrival, double now)
    {
        var server = _servers[arrival.Backend];
        if (_busy[arrival.Backend] == server.Workers)
        {
            _waiting[arrival.Backend].Enqueue(arrival);
            return;
        }

        _busy[arrival.Backend]++;
        _ends.Enqueue(arrival, now + (arrival.Size * server.Milliseconds));
    }

    private void Finish(Arrival arrival, double now)
    {
        var state = _set[arrival.Backend].State;
        NoteInFlight(arrival.Backend, now);
        state.NoteFirstByte(TicksOf(now - arrival.Time), (long)now);
        state.Release(failed: false);
        _inFlight--;
        if (arrival.Time >= _begin)
        {
            _requests.Add(new SimulatedRequest(arrival.Key, arrival.Backend, now - arrival.Time));
        }

        _busy[arrival.Backend]--;
        if (_waiting[arrival.Backend].TryDequeue(out var waiting))
        {
            Start(waiting, now);
        }
    }

    /// <summary>Adds up what was in flight since the last change.</summary>
    private void NoteInFlight(int index, double now)
    {
        var inFlight = _set[index].InFlight;
        var counted = Math.Min(now, _end) - Math.Max(_changed[index], _begin);
        if (counted > 0)
        {
            _areas[index] += counted * inFlight;
        }

        _changed[index] = now;
    }

    private readonly record struct Arrival(double Time, double Size, int Key, int Backend);
}
