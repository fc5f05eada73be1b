using LbCore.Http;
using LbCore.Messages;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>
/// What one loop keeps for all its HTTP connections: objects to be used again, and the list of the connections. For the
/// loop's thread.
/// </summary>
internal sealed class HttpLoop
{
    // As many requests as wait at once on one loop use one each; beyond this they are garbage.
    private const int MaxSpares = 4096;

    // Heads are held while they are parsed and written, which is never across a wait but for a slow client's.
    private const int MaxSpareHeads = 64;

    private readonly SpareStack<RequestForwarder> _forwarders = new(MaxSpares);
    private readonly SpareStack<Http1DownstreamExchange> _exchanges = new(MaxSpares);
    private readonly SpareStack<RequestHead> _heads = new(MaxSpareHeads);
    private Http1Connection? _first;

    public HttpLoop(EventLoop loop)
    {
        Loop = loop;
        Date = new DateLine(loop);
    }

    public EventLoop Loop { get; }

    public DateLine Date { get; }

    public RequestIdSource RequestIds { get; } = new();

    /// <summary>Gets whether connections are to end with the request that they are at.</summary>
    public bool IsDraining { get; private set; }

    public void Add(Http1Connection connection)
    {
        connection.Next = _first;
        if (_first is not null)
        {
            _first.Previous = connection;
        }

        _first = connection;
    }

    public void Remove(Http1Connection connection)
    {
        if (connection.Previous is null)
        {
            _first = connection.Next;
        }
        else
        {
            connection.Previous.Next = connection.Next;
        }

        if (connection.Next is not null)
        {
            connection.Next.Previous = connection.Previous;
        }

        connection.Previous = connection.Next = null;
    }

    public void BeginDrain()
    {
        IsDraining = true;
        for (var connection = _first; connection is not null; connection = connection.Next)
        {
            connection.OnDraining();
        }
    }

    public RequestForwarder RentForwarder() => _forwarders.TryPop(out var spare) ? spare : new RequestForwarder(this);

    public void Return(RequestForwarder forwarder) => _forwarders.TryPush(forwarder);

    public Http1DownstreamExchange RentExchange() => _exchanges.TryPop(out var spare) ? spare : new Http1DownstreamExchange(this);

    public void Return(Http1DownstreamExchange exchange) => _exchanges.TryPush(exchange);

    public RequestHead RentHead()
    {
        var head = _heads.TryPop(out var spare) ? spare : new RequestHead();
        head.Reset();
        return head;
    }

    public void Return(RequestHead head) => _heads.TryPush(head);
}
