using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.TestKit.Vectors;

/// <summary>
/// Records every byte that a proxy sends to it, reads it as strictly as can be, and answers each whole request. It listens
/// on loopback only.
/// </summary>
public sealed class RecordingBackend : IAsyncDisposable
{
    /// <summary>The field that its own answers have, and no answer of a proxy.</summary>
    public const string Mark = "X-Vector-Backend";

    /// <summary>The target of the request that ends a vector; its answer's body is the same without the slash.</summary>
    public const string EndTarget = "/end-of-vector";

    private static readonly TimeSpan BetweenParts = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _end;
    private readonly Socket _listener;
    private readonly Task _accepting;
    private readonly List<RecordedRequest> _requests = [];
    private readonly List<string> _faults = [];
    private readonly HashSet<int> _begun = [];
    private readonly List<Task> _connections = [];
    private ResponseVector? _vector;
    private TaskCompletionSource _answered = new();
    private int _accepted;
    private bool _byteByByte;

    public RecordingBackend(CancellationToken token, int port = 0)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(token);
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(128);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Gets a task that completes when the vector's answer is out.</summary>
    public Task Answered
    {
        get
        {
            lock (_requests)
            {
                return _answered.Task;
            }
        }
    }

    /// <summary>Forgets what was recorded, and answers as the vector says from now on; with a mark of its own without one.</summary>
    public void Begin(ResponseVector? vector, bool byteByByte)
    {
        lock (_requests)
        {
            _requests.Clear();
            _faults.Clear();
            _begun.Clear();
            _vector = vector;
            _byteByByte = byteByByte;
            _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Returns the whole requests so far, what was in doubt, and whether a request has begun that is not whole.</summary>
    public (IReadOnlyList<RecordedRequest> Requests, IReadOnlyList<string> Faults, bool HasPartial) Recorded()
    {
        lock (_requests)
        {
            return ([.. _requests], [.. _faults], _begun.Count > 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var socket = await _listener.AcceptAsync(_end.Token).ConfigureAwait(false);
            socket.NoDelay = true;
            _connections.Add(ServeAsync(socket, ++_accepted));
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        using var owned = socket;
        using var stream = new NetworkStream(socket, ownsSocket: false);
        var received = new StringBuilder();
        var buffer = new byte[16 * 1024];
        var continued = false;
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, _end.Token).ConfigureAwait(false)) > 0)
            {
                received.Append(Encoding.Latin1.GetString(buffer, 0, count));
                while (Record(received, number) is { } message)
                {
                    if (!message.IsComplete && message.Fault is null)
                    {
                        if (!continued && message.Values("Expect").Any(static value => value.Equals("100-continue", StringComparison.OrdinalIgnoreCase)))
                        {
                            continued = true;
                            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _end.Token).ConfigureAwait(false);
                        }

                        break;
                    }

                    continued = false;
                    if (!await AnswerAsync(stream, message).ConfigureAwait(false))
                    {
                        return;
                    }
                }
            }
        }
        catch (IOException)
        {
            // The proxy has reset it. What it sent before that has been recorded.
        }
    }

    /// <summary>Reads the next message, and takes it out when it is whole.</summary>
    private StrictMessage? Record(StringBuilder received, int number)
    {
        var message = StrictMessage.ReadRequest(received.ToString());
        lock (_requests)
        {
            if (received.Length > 0)
            {
                _begun.Add(number);
            }

            if (message?.Fault is { } fault)
            {
                _faults.Add(fault);
            }
            else if (message is { IsComplete: true })
            {
                _requests.Add(new RecordedRequest(number, message));
                received.Remove(0, message.Length);
                _begun.Remove(number);
            }
        }

        return message;
    }

    /// <summary>Answers a request. False when the connection ends.</summary>
    private async Task<bool> AnswerAsync(NetworkStream stream, StrictMessage request)
    {
        if (request.Fault is not null)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{Mark}: fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), _end.Token).ConfigureAwait(false);
            return false;
        }

        if (_vector is null || request.Target == EndTarget)
        {
            var body = request.Target == EndTarget ? EndTarget[1..] : "ok";
            var withBody = request.Method == "HEAD" ? "" : body;
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{Mark}: ok\r\nContent-Length: {body.Length}\r\n\r\n{withBody}"), _end.Token).ConfigureAwait(false);
            return true;
        }

        var vector = _vector;
        try
        {
            var isFirst = true;
            foreach (var part in Piece.Parts(vector.Answer))
            {
                if (!isFirst)
                {
                    await Task.Delay(BetweenParts, _end.Token).ConfigureAwait(false);
                }

                isFirst = false;
                await SlowStream.WriteAsync(stream, part, _byteByByte, _end.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            _answered.TrySetResult();
        }

        return !vector.Closes;
    }
}
