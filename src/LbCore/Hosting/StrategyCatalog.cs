using System.Collections.Generic;
using System.Linq;
using LbCore.Balancing;
using LbCore.Configuration;

namespace LbCore.Hosting;

/// <summary>Checks options of strategies by what the strategies say of themselves.</summary>
internal sealed class StrategyCatalog : IStrategyCatalog
{
    private readonly StrategyRegistry _strategies;

    public StrategyCatalog(StrategyRegistry strategies) => _strategies = strategies;

    public IReadOnlyCollection<string> Names => _strategies.Names;

    public IReadOnlyList<ConfigurationError> Check(string path, StrategyOptions options)
    {
        var strategy = _strategies.Get(options.Type);
        var errors = new List<ConfigurationError>();
        foreach (var (name, text) in options.Parameters)
        {
            var parameter = Find(strategy, name, options);
            var error = parameter is null ? NoSuchParameter(strategy, name)
                : text is null ? $"it is null; use {parameter.Form}"
                : parameter.Check(text);
            if (error is not null)
            {
                errors.Add(new ConfigurationError($"{path}.{name}", error));
            }
        }

        if (errors.Count == 0 && strategy.Check(ArgumentsOf(strategy, options)) is { } together)
        {
            errors.Add(new ConfigurationError(path, together));
        }

        return errors;
    }

    public string? RequestKeyOf(StrategyOptions options)
    {
        var strategy = _strategies.Get(options.Type);
        var key = strategy.KeyOf(ArgumentsOf(strategy, options));
        return key.NeedsRequest ? key.ToString() : null;
    }

    public static StrategyArguments ArgumentsOf(IBalancingStrategy strategy, StrategyOptions options) =>
        new(strategy.Parameters, options.Parameters.ToDictionary(pair => Find(strategy, pair.Key, options)?.Name ?? pair.Key, static pair => pair.Value));

    private static StrategyParameter? Find(IBalancingStrategy strategy, string name, StrategyOptions options) =>
        strategy.Parameters.FirstOrDefault(parameter => parameter.Name.Equals(name, options.NameComparison));

    private static string NoSuchParameter(IBalancingStrategy strategy, string name)
    {
        var names = strategy.Parameters.Select(static parameter => parameter.Name).ToList();
        if (names.Count == 0)
        {
            return $"there is no parameter '{name}': {strategy.Name} has none; leave it out, or name another strategy by \"type\"";
        }

        var meant = NearestName.Find(name, names) is { } nearest ? $"did you mean {nearest}? The parameters of {strategy.Name} are " : $"the parameters of {strategy.Name} are ";
        return $"there is no parameter '{name}' here; {meant}{string.Join(", ", names)}";
    }
}
