using System.Collections.Generic;
using System.Linq;
using LbCore.Topology;

namespace LbCore.Balancing.Hashing;

/// <summary>
/// The same client address, the same backend. A table as in <see cref="MaglevStrategy"/>, so that a backend that comes or goes
/// moves few clients, however many there are; or nginx's own arithmetic, for a fleet that moves over.
/// </summary>
internal sealed class IpHashStrategy : IBalancingStrategy
{
    private const string Mode = "mode";
    private const string Consistent = "consistent";
    private const string Nginx = "nginx";

    public string Name => StrategyNames.IpHash;

    public IReadOnlyList<StrategyParameter> Parameters { get; } =
    [
        StrategyParameter.Word(
            Mode,
            "consistent: few clients move when backends come or go. nginx: exactly what nginx's ip_hash chooses for the same servers, "
            + "weights and order.",
            Consistent,
            Consistent,
            Nginx),
        .. KeyParameters.Prefixes,
    ];

    public string? Check(StrategyArguments arguments)
    {
        var given = KeyParameters.Prefixes.Select(static parameter => parameter.Name).FirstOrDefault(arguments.IsGiven);
        return arguments.Text(Mode) == Nginx && given is not null
            ? $"'{given}' does not go with the mode 'nginx', in which the first three octets of IPv4 count, and all of IPv6; remove '{given}', or use the mode 'consistent'"
            : null;
    }

    public SelectionKey KeyOf(StrategyArguments arguments) => new(SelectionKeyKind.ClientAddress);

    public BackendSelector Create(BackendSet set, StrategyArguments arguments, BackendSelector? previous)
    {
        if (arguments.Text(Mode) == Nginx)
        {
            return new NginxIpHashSelector(set, previous);
        }

        var hasher = new KeyHasher(
            KeyOf(arguments), arguments.Number(KeyParameters.Ipv4Prefix)!.Value, arguments.Number(KeyParameters.Ipv6Prefix)!.Value);

        // One method for every number of backends: two would agree on nothing where the one follows the other.
        return new MaglevSelector(set, hasher, MaglevStrategy.DefaultTableSize);
    }
}
