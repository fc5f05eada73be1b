using LbCore.Transport;

namespace LbCore.Upstreams;

/// <summary>The places of a pool: those in use linked by age, and the spare ones, which are as many as were ever in use at once.</summary>
internal struct IdleList
{
    private IdleConnection? _spare;

    public IdleConnection? Newest { get; private set; }

    public IdleConnection? Oldest { get; private set; }

    public void Add(TransportConnection connection, UpstreamPool pool)
    {
        var place = _spare ?? new IdleConnection(pool);
        _spare = place.Older;
        place.Older = Newest;
        if (Newest is null)
        {
            Oldest = place;
        }
        else
        {
            Newest.Newer = place;
        }

        Newest = place;
        place.Fill(connection, pool.Loop.Now);
    }

    public TransportConnection Remove(IdleConnection place)
    {
        if (place.Newer is null)
        {
            Newest = place.Older;
        }
        else
        {
            place.Newer.Older = place.Older;
        }

        if (place.Older is null)
        {
            Oldest = place.Newer;
        }
        else
        {
            place.Older.Newer = place.Newer;
        }

        place.Newer = null;
        place.Older = _spare;
        _spare = place;
        return place.Empty();
    }

    public void DropSpares() => _spare = null;

    public readonly bool Holds(TransportConnection connection)
    {
        var place = Newest;
        while (place is not null && !ReferenceEquals(place.Connection, connection))
        {
            place = place.Older;
        }

        return place is not null;
    }
}
