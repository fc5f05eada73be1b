using System;
using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using LbCore.Transport;

namespace LbCore.Server.Demo;

/// <summary>Is a small HTTP server that says its name, and may be slow, flaky or dead.</summary>
internal sealed class DemoBackend : IConnectionHandler
{
    /// <summary>The field of an answer that says who made it.</summary>
    public const string NameField = "Demo-Backend";

    /// <summary>The field of an answer that says which one of that backend's requests it was.</summary>
    public const string NumberField = "Demo-Request";

    /// <summary>The field of a 503 that is part of the demo.</summary>
    public const string FaultField = "Demo-Fault";

    // What is echoed of a path; a longer one is cut.
    private const int MostPath = 200;

    private static readonly byte[] Continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private readonly TransportEngine _engine;
    private TransportListener? _listener;

    private DemoBackend(TransportEngine engine, BackendSpec spec)
    {
        _engine = engine;
        Spec = spec;
        Address = new IPEndPoint(IPAddress.Loopback, 0);
    }

    public BackendSpec Spec { get; }

    public BackendFigures Figures { get; } = new();

    public BackendCondition Condition { get; set; }

    public IPEndPoint Address { get; private set; }

    private EventLoop Loop => _engine.Loops[0];

    /// <summary>Starts one on a port of its own.</summary>
    /// <exception cref="ListenException">There is none.</exception>
    public static DemoBackend Start(TransportEngine engine, BackendSpec spec)
    {
        var backend = new DemoBackend(engine, spec);
        backend.Listen(backend.Address);
        return backend;
    }

    /// <summary>Returns the text of an answer.</summary>
    public static string TextFor(string name, string number, string path) => $"Hello from {name}. This is its request {number}, for {path}\n";

    /// <summary>Closes the listener, then resets what is open. Ends on the loop, when the last connection has been reset.</summary>
    public async Task KillAsync()
    {
        var listener = _listener!;
        await listener.StopAcceptingAsync().ConfigureAwait(false);

        // Connections are reset on the loop; what is posted behind that runs after it.
        await Task.Yield();
        listener.AbortConnections(CloseReason.Aborted);
        await Loop.SwitchTo();
    }

    /// <summary>Listens again. Returns whether at the same address: while it was down another process may have taken the port.</summary>
    public async Task<bool> ReviveAsync()
    {
        await _listener!.DisposeAsync().ConfigureAwait(false);
        var before = Address;
        try
        {
            Listen(before);
        }
        catch (ListenException)
        {
            Listen(new IPEndPoint(IPAddress.Loopback, 0));
        }

        return Address.Equals(before);
    }

    public async Task HandleAsync(TransportConnection connection)
    {
        try
        {
            while (await ReceivedRequest.ReadHeadAsync(connection.Input).ConfigureAwait(false) is { } request)
            {
                if (!await AnswerAsync(connection, request).ConfigureAwait(false) || request.IsLast)
                {
                    return;
                }
            }
        }
        catch (ConnectionAbortedException)
        {
            // The client has gone, or this backend has died.
        }
    }

    private void Listen(IPEndPoint address)
    {
        _listener = _engine.Listen(new ListenOptions { EndPoint = address }, this);
        Address = (IPEndPoint)_listener.EndPoint;
    }

    private async Task<bool> AnswerAsync(TransportConnection connection, ReceivedRequest request)
    {
        var number = Figures.Begin();
        var isFault = Spec.FaultEvery > 0 && number % Spec.FaultEvery == 0;
        var isSent = false;
        try
        {
            if (request.ExpectsContinue && (await connection.SendAsync(new ReadOnlySequence<byte>(Continue)).ConfigureAwait(false)).IsCompleted)
            {
                return false;
            }

            if (!await request.DropBodyAsync(connection.Input).ConfigureAwait(false))
            {
                return false;
            }

            if (Spec.Delay > TimeSpan.Zero)
            {
                await Task.Delay(Spec.Delay).ConfigureAwait(false);
                await connection.Loop.SwitchTo();
            }

            var answer = new ReadOnlySequence<byte>(Format(request, number, isFault));
            isSent = !(await connection.SendAsync(answer).ConfigureAwait(false)).IsCompleted;
            return isSent;
        }
        finally
        {
            Figures.End(isError: isFault || !isSent);
        }
    }

    private byte[] Format(ReceivedRequest request, long number, bool isFault)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        var path = request.Target.Length > MostPath ? request.Target[..MostPath] + "..." : request.Target;
        var text = TextFor(Spec.Name, digits, path);
        var head = new StringBuilder(isFault ? "HTTP/1.1 503 Service Unavailable\r\n" : "HTTP/1.1 200 OK\r\n")
            .Append("Content-Type: text/plain; charset=iso-8859-1\r\nContent-Length: ").Append(text.Length)
            .Append("\r\n" + NameField + ": ").Append(Spec.Name)
            .Append("\r\n" + NumberField + ": ").Append(digits);
        if (isFault && Spec.AnnouncesFaults)
        {
            head.Append("\r\n" + FaultField + ": announced");
        }

        if (request.IsLast)
        {
            head.Append("\r\nConnection: close");
        }

        head.Append("\r\n\r\n");
        return Encoding.Latin1.GetBytes(request.Method == "HEAD" ? head.ToString() : head.Append(text).ToString());
    }
}
