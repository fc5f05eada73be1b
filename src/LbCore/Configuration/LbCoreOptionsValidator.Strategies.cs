using System.Linq;

namespace LbCore.Configuration;

/// <summary>The part that checks how clusters pick their backends.</summary>
internal sealed partial class LbCoreOptionsValidator
{
    private const string PlannedStrategy = "cookie-sticky";

    private void CheckStrategy(string path, StrategyOptions? strategy)
    {
        if (strategy is null)
        {
            Add(path, $"it is null; use {Enumerate(_strategies.Names)}");
        }
        else if (IsKnown(strategy))
        {
            _errors.AddRange(_strategies.Check(path, strategy));
        }
        else if (strategy.Type == PlannedStrategy)
        {
            Add(path, $"'{strategy.Type}' is not supported yet; use {Enumerate(_strategies.Names)}");
        }
        else
        {
            Add(path, $"'{strategy.Type}' is no strategy; use {Enumerate(_strategies.Names)}{Meant(strategy.Type, _strategies.Names)}");
        }
    }

    /// <summary>Refuses listeners of mode tcp before clusters whose strategies choose by something that only requests have.</summary>
    private void CheckStrategyKeys(LbCoreOptions options)
    {
        foreach (var (name, listener) in options.Listeners)
        {
            if (listener is { Mode: ListenerMode.Tcp, Cluster: { } clusterName }
                && options.Clusters.TryGetValue(clusterName, out var cluster)
                && cluster?.Strategy is { } strategy
                && IsKnown(strategy)
                && _strategies.Check("", strategy).Count == 0
                && _strategies.RequestKeyOf(strategy) is { } key)
            {
                Add($"clusters.{clusterName}.strategy", $"it chooses by {key}, which only requests have, and listener '{name}' has mode tcp; choose by the client's address, or set \"mode\": \"http\" there");
            }
        }
    }

    private bool IsKnown(StrategyOptions strategy) => strategy.Type is { } type && _strategies.Names.Contains(type);
}
