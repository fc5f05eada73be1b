using System.Collections.Concurrent;
using System.Linq;
using System.Threading.Tasks;
using LbCore.Recording;
using LbCore.Recording.AccessLogging;
using LbCore.TestKit;

namespace LbCore.Tests;

/// <summary>Keeps every outcome.</summary>
internal sealed class OutcomeLog : IOutcomeRecorder
{
    private readonly ConcurrentQueue<ConnectionOutcome> _outcomes = new();

    public ConcurrentQueue<RequestOutcome> Requests { get; } = new();

    public ConcurrentQueue<HttpConnectionOutcome> HttpConnections { get; } = new();

    /// <summary>Gets how many connections have ended, of either mode.</summary>
    public int Connections => Count + HttpConnections.Count;

    public int Count => _outcomes.Count;

    public AccessLog? AccessLog { get; set; }

    public void Record(in ConnectionOutcome outcome) => _outcomes.Enqueue(outcome);

    public void Record(in RequestOutcome outcome) => Requests.Enqueue(outcome);

    public void Record(in HttpConnectionOutcome outcome) => HttpConnections.Enqueue(outcome);

    /// <summary>Waits for the outcome of the given number, from 1, and returns it.</summary>
    public async Task<ConnectionOutcome> WaitForAsync(int number)
    {
        await Eventually.TrueAsync(() => Count >= number, $"outcome {number} is recorded").ConfigureAwait(false);
        return _outcomes.ElementAt(number - 1);
    }

    /// <summary>Waits for the outcome of the request of the given number, from 1, and returns it.</summary>
    public async Task<RequestOutcome> WaitForRequestAsync(int number)
    {
        await Eventually.TrueAsync(() => Requests.Count >= number, $"the outcome of request {number} is recorded").ConfigureAwait(false);
        return Requests.ElementAt(number - 1);
    }

    /// <summary>Waits for the outcome of the HTTP connection of the given number, from 1, and returns it.</summary>
    public async Task<HttpConnectionOutcome> WaitForHttpConnectionAsync(int number)
    {
        await Eventually.TrueAsync(() => HttpConnections.Count >= number, $"the outcome of HTTP connection {number} is recorded").ConfigureAwait(false);
        return HttpConnections.ElementAt(number - 1);
    }
}
