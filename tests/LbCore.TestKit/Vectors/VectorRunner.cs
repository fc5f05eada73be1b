using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.TestKit.Vectors;

/// <summary>Plays vectors through a proxy that stands before a <see cref="RecordingBackend"/>, and judges what comes of them.</summary>
public sealed class VectorRunner
{
    private static readonly byte[] End = Encoding.Latin1.GetBytes(
        $"GET {RecordingBackend.EndTarget} HTTP/1.1\r\nHost: vector.example\r\nConnection: close\r\n\r\n");

    private readonly EndPoint _proxy;
    private readonly RecordingBackend _backend;
    private readonly TimeSpan _patience;
    private readonly CancellationToken _token;

    /// <param name="proxy">Where the proxy listens.</param>
    /// <param name="backend">What it forwards to, and nothing else.</param>
    /// <param name="patience">After how long without a byte a proxy is taken to wait for more.</param>
    /// <param name="token">Ends every wait.</param>
    public VectorRunner(EndPoint proxy, RecordingBackend backend, TimeSpan patience, CancellationToken token)
    {
        _proxy = proxy;
        _backend = backend;
        _patience = patience;
        _token = token;
    }

    public async Task<VectorOutcome> RunAsync(RequestVector vector, bool byteByByte)
    {
        ArgumentNullException.ThrowIfNull(vector);
        _backend.Begin(null, byteByByte);
        var violations = new List<string>();
        using var client = await VectorClient.ConnectAsync(_proxy, _token).ConfigureAwait(false);
        var sending = client.SendAsync(Piece.Parts(vector.Send), byteByByte);
        var expected = Math.Max(vector.Seen.Count, vector.Before + 1);
        var forwarded = 0;
        StrictMessage? own = null;
        StrictMessage? last = null;
        while (own is null && forwarded < expected)
        {
            var answersHead = forwarded < vector.Seen.Count && vector.Seen[forwarded].Method == "HEAD";
            var message = await client.ReadAsync(answersHead, _patience).ConfigureAwait(false);
            if (message?.Fault is { } fault)
            {
                violations.Add($"The client gets {fault}.");
            }

            if (message is null || message.Fault is not null)
            {
                break;
            }

            if (message.IsInterim)
            {
                continue;
            }

            last = message;
            own = message.Values(RecordingBackend.Mark).Count == 0 ? message : null;
            forwarded += own is null ? 1 : 0;
        }

        var isRefused = own is { Status: >= 400 } || (own is null && client.IsClosed && forwarded < expected);
        var reaction = isRefused ? Reaction.Refuse
            : own is not null ? Reaction.Answer
            : forwarded == expected ? Reaction.Forward
            : Reaction.Silent;
        var closed = reaction == Reaction.Refuse ? await client.ReadToEndAsync(_patience).ConfigureAwait(false) : client.IsClosed;
        await EndAsync(reaction is Reaction.Forward or Reaction.Answer ? client : null, violations).ConfigureAwait(false);
        client.Dispose();
        await sending.ConfigureAwait(false);
        Judge(vector, reaction, violations);
        return new VectorOutcome(reaction, last?.Status ?? 0, closed, violations);
    }

    public async Task<VectorOutcome> RunAsync(ResponseVector vector, bool byteByByte)
    {
        ArgumentNullException.ThrowIfNull(vector);
        _backend.Begin(vector, byteByByte);
        var violations = new List<string>();
        using var client = await VectorClient.ConnectAsync(_proxy, _token).ConfigureAwait(false);
        await client.SendAsync(Piece.Parts(vector.Request), byteByByte: false).ConfigureAwait(false);
        var answersHead = Piece.Join(vector.Request).AsSpan().StartsWith("HEAD "u8);
        var interim = new List<int>();
        var message = await client.ReadAsync(answersHead, _patience).ConfigureAwait(false);
        while (message is { IsInterim: true, Fault: null })
        {
            interim.Add(message.Status);
            message = await client.ReadAsync(answersHead, _patience).ConfigureAwait(false);
        }

        var reaction = message is { Status: >= 500 } || (message is null && client.IsClosed) ? Reaction.Refuse
            : message is null ? Reaction.Silent
            : message.IsComplete ? Reaction.Forward
            : client.IsClosed ? Reaction.Cut
            : Reaction.Silent;
        if (message?.Fault is { } fault)
        {
            violations.Add($"The client gets {fault}.");
        }
        else if (reaction == Reaction.Forward)
        {
            Compare(vector, message!, interim, violations);
        }

        // All that the backend has to say is on its way before the next request.
        await Task.WhenAny(_backend.Answered, Task.Delay(_patience, _token)).ConfigureAwait(false);
        await EndAsync(reaction == Reaction.Forward ? client : null, violations).ConfigureAwait(false);
        if (!IsAllowed(vector, reaction))
        {
            violations.Add($"It may not {Name(reaction)}.");
        }

        JudgeConnections(vector, violations);
        return new VectorOutcome(reaction, message?.Status ?? 0, client.IsClosed, violations);
    }

    private static bool IsAllowed(Vector vector, Reaction reaction) =>
        vector.May.Contains(reaction) || (reaction == Reaction.Silent && vector.May.Contains(Reaction.Refuse));

    private static string Name(Reaction reaction) => reaction == Reaction.Silent ? "wait for more" : reaction.ToString().ToLowerInvariant();

    /// <summary>Sends one more request, on the same connection while it is open, and looks whether its own response comes.</summary>
    private async Task EndAsync(VectorClient? client, List<string> violations)
    {
        StrictMessage? message = null;
        if (client is { IsClosed: false })
        {
            await client.SendAsync([End], byteByByte: false).ConfigureAwait(false);
            message = await client.ReadAsync(answersHead: false, _patience).ConfigureAwait(false);
        }

        if (message is null)
        {
            using var other = await VectorClient.ConnectAsync(_proxy, _token).ConfigureAwait(false);
            await other.SendAsync([End], byteByByte: false).ConfigureAwait(false);
            message = await other.ReadAsync(answersHead: false, _patience).ConfigureAwait(false);
        }

        if (message is not { Status: 200, IsComplete: true, Fault: null } || message.Body != RecordingBackend.EndTarget[1..])
        {
            violations.Add($"The next request gets another response: {message?.Fault ?? message?.StartLine ?? "none"} \"{message?.Body}\".");
        }
    }

    private void Judge(RequestVector vector, Reaction reaction, List<string> violations)
    {
        var (requests, faults, hasPartial) = _backend.Recorded();
        violations.AddRange(faults.Select(static fault => $"The backend gets {fault}."));
        var seen = requests.Where(static request => request.Message.Target != RecordingBackend.EndTarget).Select(static request => request.Message).ToArray();
        var most = reaction == Reaction.Forward ? vector.Seen.Count : vector.Before;
        if (faults.Count == 0 && (seen.Length > most || (reaction == Reaction.Forward && seen.Length < most)))
        {
            violations.Add($"The backend gets {seen.Length} requests, not {most}: {string.Join(", ", seen.Select(static message => message.StartLine))}.");
        }

        if (hasPartial && !vector.Partial && faults.Count == 0)
        {
            violations.Add("The backend gets a part of a request.");
        }

        for (var i = 0; i < Math.Min(seen.Length, vector.Seen.Count); i++)
        {
            Compare(vector.Seen[i], seen[i], violations);
        }

        if (!IsAllowed(vector, reaction))
        {
            violations.Add($"It may not {Name(reaction)}.");
        }
    }

    private void JudgeConnections(ResponseVector vector, List<string> violations)
    {
        var (requests, faults, _) = _backend.Recorded();
        violations.AddRange(faults.Select(static fault => $"The backend gets {fault}."));
        var end = requests.LastOrDefault(static request => request.Message.Target == RecordingBackend.EndTarget);
        var isReused = end is not null && requests.Any(request => request.Message.Target != RecordingBackend.EndTarget && request.Connection == end.Connection);
        if (end is not null && vector.Reuse is { } mayReuse && isReused && !mayReuse)
        {
            violations.Add("The backend's connection serves another request.");
        }
    }

    private static void Compare(SeenRequest wanted, StrictMessage message, List<string> violations)
    {
        if (message.Method != wanted.Method || message.Target != wanted.Target)
        {
            violations.Add($"The backend gets \"{message.StartLine}\", not {wanted.Method} {wanted.Target}.");
        }

        var found = string.Join(", ", message.Values("Host"));
        if (wanted.Host is { } host && !found.Equals(host, StringComparison.OrdinalIgnoreCase))
        {
            violations.Add($"The backend gets \"Host: {found}\", not \"{host}\".");
        }

        Compare("backend", message, wanted.Body, wanted.Fields, wanted.Lacks, wanted.Trailers, violations);
    }

    private static void Compare(ResponseVector vector, StrictMessage message, List<int> interim, List<string> violations)
    {
        if (vector.Client is not { } wanted)
        {
            return;
        }

        if (message.Status != wanted.Status)
        {
            violations.Add($"The client gets {message.Status}, not {wanted.Status}.");
        }

        if (wanted.Interim is { } expected && !expected.SequenceEqual(interim))
        {
            violations.Add($"The client gets the interim responses {string.Join(", ", interim)}, not {string.Join(", ", expected)}.");
        }

        Compare("client", message, wanted.Body, wanted.Fields, wanted.Lacks, wanted.Trailers, violations);
    }

    private static void Compare(
        string who,
        StrictMessage message,
        string body,
        IReadOnlyDictionary<string, string> fields,
        IReadOnlyList<string> lacks,
        IReadOnlyDictionary<string, string> trailers,
        List<string> violations)
    {
        if (message.Body != body)
        {
            violations.Add($"The {who} gets the body \"{message.Body}\", not \"{body}\".");
        }

        foreach (var (name, value) in fields)
        {
            if (message.Values(name) is not [var found] || found != value)
            {
                violations.Add($"The {who} gets \"{name}: {string.Join(", ", message.Values(name))}\", not \"{value}\".");
            }
        }

        violations.AddRange(
            from name in lacks
            where message.Values(name).Count + message.TrailerValues(name).Count > 0
            select $"The {who} gets {name}.");
        if (message.Trailers.Count > 0)
        {
            violations.AddRange(
                from wanted in trailers
                where !message.TrailerValues(wanted.Key).SequenceEqual([wanted.Value])
                select $"The {who} gets the trailers \"{wanted.Key}: {string.Join(", ", message.TrailerValues(wanted.Key))}\", not \"{wanted.Value}\".");
        }
    }
}
