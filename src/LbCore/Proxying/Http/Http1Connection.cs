using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using LbCore.Http;
using LbCore.Recording;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>
/// One client connection that speaks HTTP/1.1, from the accept to its end: reads heads and has one request after the other
/// forwarded, in order. It is its own timer for the time between requests and within a head.
/// </summary>
internal sealed partial class Http1Connection : LazyTimer
{
    private static readonly Action<object?> PeerChanged = static state => ((Http1Connection)state!).OnPeerChanged();

    private readonly HttpProxy _proxy;
    private readonly HttpLoop _loop;
    private readonly long _openedAt;
    private Http1DownstreamExchange? _exchange;
    private RequestForwarder? _forwarder;
    private ForwardingRules? _rules;
    private ForwardingPlan? _forwarding;
    private byte[]? _clientAddress;
    private long _firstByteAt;
    private long _deadline;
    private long _requests;
    private ConnectionEnd _end;
    private ushort _clientPort;
    private Phase _phase;
    private bool _expired;
    private bool _lingers;
    private bool _hasSkippedLine;

    public Http1Connection(HttpProxy proxy, HttpLoop loop, TransportConnection client)
    {
        _proxy = proxy;
        _loop = loop;
        Client = client;
        _openedAt = client.Loop.Now;
    }

    private enum Phase : byte
    {
        /// <summary>Nothing of a next request has come.</summary>
        Idle,

        /// <summary>A part of a head has come.</summary>
        Head,

        /// <summary>A request is being forwarded or answered, or the connection ends.</summary>
        Busy,
    }

    public TransportConnection Client { get; }

    /// <summary>Gets the client's address as text; "unknown" when it has none (RFC 7239 section 6.2).</summary>
    public ReadOnlyMemory<byte> ClientAddress => _clientAddress ??= FormatClientAddress();

    /// <summary>Gets the client's port; 0 when it has no address. After <see cref="ClientAddress"/>.</summary>
    public int ClientPort => _clientPort;

    /// <summary>Gets which forwarding fields go on and which are written.</summary>
    public ForwardingPlan Forwarding
    {
        get
        {
            // Who the client is does not change, but other rules may hold since its last request.
            var rules = _proxy.Listener.Forwarding;
            if (rules != _rules)
            {
                _rules = rules;
                _forwarding = rules.PlanFor(Client);
            }

            return _forwarding!;
        }
    }

    /// <summary>Gets whether responses name this proxy in Via.</summary>
    public bool WritesVia => _proxy.Listener.Forwarding.WritesVia;

    /// <summary>Gets whether the connection takes no request behind the one that it is at.</summary>
    public bool HasLastRequest => _requests >= _proxy.Listener.MaxRequests;

    public Http1Connection? Previous { get; set; }

    public Http1Connection? Next { get; set; }

    /// <summary>Serves the connection to its end. All outcomes have been recorded when the task completes.</summary>
    public async Task RunAsync()
    {
        _loop.Add(this);
        Client.OnPeerChanged(PeerChanged, this);
        try
        {
            AwaitRequest(_proxy.Listener.HeadMilliseconds);
            while (true)
            {
                var read = await Client.Input.ReadAsync();
                var status = Parse(in read);
                if (status == ParseStatus.Incomplete)
                {
                    if (!EndsHere(in read))
                    {
                        continue;
                    }

                    break;
                }

                _phase = Phase.Busy;
                _requests++;
                _hasSkippedLine = false;
                if (status == ParseStatus.Invalid)
                {
                    Refuse(RequestEnd.BadRequest, HttpErrors.StatusOf(_exchange!.HeadError), read.Buffer);
                    Client.Input.AdvanceTo(read.Buffer.Start);
                    break;
                }

                _forwarder = _loop.RentForwarder();
                _forwarder.Begin(_proxy, _exchange!);
                await _forwarder.RunAsync();
                if (!await EndRequestAsync())
                {
                    break;
                }

                AwaitRequest(_proxy.Listener.KeepAliveMilliseconds);
                if (_loop.IsDraining)
                {
                    // Its response had begun before the drain, and could not say any more that it is the last one.
                    OnDraining();
                }
            }

            if (_lingers)
            {
                await Client.CloseLingeringAsync(LingerTimeout, MaxLingerBytes);
            }
        }
        catch (ConnectionAbortedException)
        {
            _end = Client.CloseReason == CloseReason.Shutdown ? ConnectionEnd.Drained : ConnectionEnd.Reset;
        }
        catch (Exception)
        {
            _end = ConnectionEnd.Fault;
            throw;
        }
        finally
        {
            End();
        }
    }

    /// <summary>Ends the connection now if it waits for another request. Others end with their response.</summary>
    public void OnDraining()
    {
        if (_phase == Phase.Idle && _requests > 0)
        {
            Client.Input.CancelPendingRead();
        }
    }

    /// <inheritdoc/>
    protected override void OnDue()
    {
        if (_phase == Phase.Busy)
        {
            return;
        }

        if (Client.Loop.Now < _deadline)
        {
            WakeBy(Client.Loop, _deadline);
            return;
        }

        _expired = true;
        Client.Input.CancelPendingRead();
    }

    private void AwaitRequest(long milliseconds)
    {
        _phase = Phase.Idle;
        AwaitUntil(Client.Loop.Now + milliseconds);
    }

    private void AwaitUntil(long deadline)
    {
        _deadline = deadline;
        _expired = false;
        WakeBy(Client.Loop, deadline);
    }

    private ParseStatus Parse(in ReadResult read)
    {
        if (read.Buffer.IsEmpty)
        {
            return ParseStatus.Incomplete;
        }

        if (_phase == Phase.Idle)
        {
            _firstByteAt = Client.Loop.Now;
        }

        if (_exchange is null)
        {
            _exchange = _loop.RentExchange();
            _exchange.Begin(this, _proxy.Listener.HeadLimits, _proxy.Listener.Underscores);
        }

        if (_hasSkippedLine && read.Buffer.FirstSpan[0] == '\r')
        {
            // One empty line is skipped and no more, however they came.
            return _exchange.Refuse(HttpError.RequestLine);
        }

        return _exchange.Parse(read.Buffer);
    }

    /// <summary>Judges a read that has no whole head. True when the connection ends.</summary>
    private bool EndsHere(in ReadResult read)
    {
        // An empty line behind a body is no beginning of a request (RFC 9112 section 2.2), nor is the first half of one.
        var isEmptyLine = IsEmptyLine(read.Buffer);
        var isEmpty = read.Buffer.IsEmpty || isEmptyLine || (read.Buffer.Length == 1 && read.Buffer.FirstSpan[0] == '\r');
        if (!isEmpty && (read.IsCompleted || _expired))
        {
            _requests++;
            var end = read.IsCompleted ? RequestEnd.RequestTruncated : RequestEnd.HeadTimeout;
            Refuse(end, RequestEnds.StatusOf(end), read.Buffer);
        }

        Client.Input.AdvanceTo(isEmptyLine ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
        if (isEmptyLine)
        {
            _hasSkippedLine = true;
            EndExchange(0);
        }

        if (read.IsCompleted || _expired)
        {
            if (isEmpty)
            {
                _end = read.IsCompleted ? ConnectionEnd.ClosedByClient
                    : _requests > 0 ? ConnectionEnd.KeepAliveTimeout
                    : ConnectionEnd.HeadTimeout;
            }

            return true;
        }

        if (isEmpty)
        {
            return read.IsCanceled && EndsForDrain();
        }

        if (_phase == Phase.Idle)
        {
            _phase = Phase.Head;
            if (_requests > 0)
            {
                AwaitUntil(Client.Loop.Now + _proxy.Listener.HeadMilliseconds);
            }
        }

        return false;
    }

    private bool EndsForDrain()
    {
        if (!_loop.IsDraining || _requests == 0)
        {
            return false;
        }

        // A request that crosses the close would turn it into a reset under the last response.
        _end = ConnectionEnd.Drained;
        _lingers = Client.UndeliveredBytes > 0 || Client.HasUnreadBytes();
        return true;
    }

    private static bool IsEmptyLine(in ReadOnlySequence<byte> bytes) => bytes.Length == 2 && bytes.FirstSpan.SequenceEqual("\r\n"u8);

    private void OnPeerChanged()
    {
        if (_forwarder is not { } forwarder)
        {
            return;
        }

        if (Client.Peer == PeerState.Reset || Client.CloseReason != CloseReason.None)
        {
            forwarder.OnClientLost(Client.CloseReason);
        }
        else
        {
            forwarder.OnClientClosed();
        }
    }

    private byte[] FormatClientAddress()
    {
        if (Client.RemoteEndPoint is not IPEndPoint endPoint)
        {
            return "unknown"u8.ToArray();
        }

        _clientPort = (ushort)endPoint.Port;
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0)
        {
            // A scope means something on this machine only.
            address = new IPAddress(address.GetAddressBytes());
        }

        Span<byte> text = stackalloc byte[64];
        address.TryFormat(text, out var length);
        return text[..length].ToArray();
    }
}
