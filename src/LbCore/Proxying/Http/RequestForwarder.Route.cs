using System;
using System.Runtime.CompilerServices;
using LbCore.Http;
using LbCore.Recording;
using LbCore.Routing;
using LbCore.Topology;

namespace LbCore.Proxying.Http;

/// <summary>The part that finds the request's route, and writes the message as the route has it.</summary>
internal sealed partial class RequestForwarder
{
    private Route? _route;

    /// <summary>Gets what the route answers, when it has taken the request to its end.</summary>
    public RouteAnswer? Answer => _end == RequestEnd.Answered ? _route!.Answer : null;

    /// <summary>Gets where the client is redirected; empty when it is not.</summary>
    public ReadOnlySpan<byte> Location => Behind(_unforwardedLength + _targetLength, _locationLength).FirstSpan;

    private void FindRoute()
    {
        if (_listener.Routes.IsEmpty)
        {
            _clusterName = _listener.Routes.Otherwise;
            FindCluster();
            if (_cluster is not { Key.NeedsPath: true })
            {
                FindKey(default, default);
                WriteMessage(default, default);
                return;
            }
        }

        var path = RouteRequest.PathOf(_client.HeadBytes, _client.Head);
        if (path[0] != '/' || PathNormalizer.IsPlain(path))
        {
            FindRoute(new RoutedPath(path, path, PathForm.Kept, RouteRequest.QueryOf(_client.HeadBytes, _client.Head, path)));
        }
        else
        {
            NormalizeAndFindRoute(path);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NormalizeAndFindRoute(ReadOnlySpan<byte> path)
    {
        var scratch = Loop.RentBuffer(path.Length);
        try
        {
            var form = PathNormalizer.Normalize(path, scratch.Span, out var length);
            if (form == PathForm.Refused && _listener.Routes.IsEmpty)
            {
                // No route depends on it, so the backend may judge it. It is chosen by as it was sent.
                FindKey(path, RouteRequest.QueryOf(_client.HeadBytes, _client.Head, path));
                WriteMessage(default, default);
                return;
            }

            if (form == PathForm.Refused)
            {
                _error = HttpError.Path;
                WriteMessage(default, default);
                return;
            }

            FindRoute(new RoutedPath(path, scratch.Span[..length], form, RouteRequest.QueryOf(_client.HeadBytes, _client.Head, path)));
        }
        finally
        {
            scratch.Return();
        }
    }

    private void FindRoute(in RoutedPath path)
    {
        var request = new RouteRequest(_client.HeadBytes, _client.Head, path.Normal);
        _route = _listener.Routes.Find(in request);
        _clusterName = _route is null ? _listener.Routes.Otherwise : _route.Cluster;
        FindCluster();
        FindKey(path.Normal, path.Query);
        if (_route is not { } route)
        {
            WriteMessage(default, default);
            return;
        }

        if (route.Rewrite is { ChangesTarget: true } rewrite)
        {
            var scratch = Loop.RentBuffer(rewrite.MaxTargetLength(in path));
            try
            {
                WriteMessage(scratch.Span[..rewrite.WriteTarget(in path, scratch.Span)], default);
            }
            finally
            {
                scratch.Return();
            }
        }
        else if (route.Answer?.Location is { } location)
        {
            _error = location.WantsHost && request.Host.IsEmpty ? HttpError.HostMissing : HttpError.None;
            var scratch = Loop.RentBuffer(location.MaxLength(request.Host, in path));
            try
            {
                WriteMessage(default, scratch.Span[..location.Write(request.Host, in path, scratch.Span)]);
            }
            finally
            {
                scratch.Return();
            }
        }
        else
        {
            WriteMessage(default, default);
        }
    }

    private void FindKey(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        if (_cluster is { Key: { Kind: not SelectionKeyKind.None } key })
        {
            var request = new KeyedRequest
            {
                Bytes = _client.HeadBytes,
                Head = _client.Head,
                Rules = _listener.Forwarding,
                Plan = _client.Forwarding,
                Sender = _client.Connection.RemoteAddress,
                Path = path,
                Query = query,
            };
            _key = RequestKey.Of(in request, key);
        }
    }

    private RequestEnd WhyNoCluster() =>
        _error != HttpError.None ? RequestEnd.BadRequest : _route?.Answer is null ? RequestEnd.NoRoute : RequestEnd.Answered;
}
