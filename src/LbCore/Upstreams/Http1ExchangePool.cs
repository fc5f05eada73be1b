using LbCore.Http;
using LbCore.Messages;
using LbCore.Topology;
using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>Makes HTTP/1.1 exchanges on pooled connections. The objects of ended ones are used again, loop by loop.</summary>
internal sealed class Http1ExchangePool : ExchangePool
{
    private readonly UpstreamPools _pools;
    private readonly Spares[] _spares;

    public Http1ExchangePool(UpstreamPools pools, int loops)
    {
        _pools = pools;
        _spares = new Spares[loops];
        for (var i = 0; i < loops; i++)
        {
            _spares[i] = new Spares();
        }
    }

    public override UpstreamExchange? TryRent(EventLoop loop, Backend backend)
    {
        var pool = _pools.Get(loop, backend.State);
        return pool.TryRent() is { } connection ? Begin(connection, pool, backend, isReused: true) : null;
    }

    public override UpstreamExchange Adopt(TransportConnection connection, Backend backend) =>
        Begin(connection, _pools.Get(connection.Loop, backend.State), backend, isReused: false);

    /// <summary>Takes a head to parse into. It is given back when its response has been written.</summary>
    public ResponseHead RentHead(EventLoop loop)
    {
        var spares = _spares[loop.Index];
        var head = spares.Heads.TryPop(out var spare) ? spare : new ResponseHead();
        head.Reset();
        return head;
    }

    public void Return(ResponseHead head, EventLoop loop) => _spares[loop.Index].Heads.TryPush(head);

    public void Return(Http1UpstreamExchange exchange, EventLoop loop) => _spares[loop.Index].Exchanges.TryPush(exchange);

    private Http1UpstreamExchange Begin(TransportConnection connection, UpstreamPool pool, Backend backend, bool isReused)
    {
        var spares = _spares[connection.Loop.Index];
        var exchange = spares.Exchanges.TryPop(out var spare) ? spare : new Http1UpstreamExchange(this);
        exchange.Begin(connection, pool, backend.ResponseLimits, isReused);
        return exchange;
    }

    private sealed class Spares
    {
        public SpareStack<Http1UpstreamExchange> Exchanges { get; } = new(4096);

        public SpareStack<ResponseHead> Heads { get; } = new(64);
    }
}
