using System.Collections.Generic;
using System.Linq;
using LbCore.Configuration;

namespace LbCore.Hosting;

/// <summary>Finds what other options would change that cannot change while a load balancer runs.</summary>
internal static class FixedOptions
{
    private const string Advice = "cannot change while it runs; restart, or set it back";

    public static IEnumerable<ConfigurationError> Compare(LbCoreOptions now, LbCoreOptions wanted)
    {
        if (now.Engine != wanted.Engine)
        {
            yield return new ConfigurationError("engine", $"the engine {Advice}");
        }

        if (now.Loops != wanted.Loops)
        {
            yield return new ConfigurationError("loops", $"the number of loops {Advice}");
        }

        foreach (var name in now.Listeners.Keys.Except(wanted.Listeners.Keys))
        {
            yield return new ConfigurationError($"listeners.{name}", $"the listener is gone, and listeners {Advice}");
        }

        foreach (var (name, listener) in wanted.Listeners)
        {
            var path = $"listeners.{name}";
            if (!now.Listeners.TryGetValue(name, out var before))
            {
                yield return new ConfigurationError(path, $"the listener is new, and listeners {Advice}");
            }
            else if (listener is not null)
            {
                if (before.Address != listener.Address)
                {
                    yield return new ConfigurationError(path + ".address", $"the address {Advice}");
                }

                if (before.Mode != listener.Mode)
                {
                    yield return new ConfigurationError(path + ".mode", $"the mode {Advice}");
                }

                if (before.MaxConnections != listener.MaxConnections)
                {
                    yield return new ConfigurationError(path + ".maxConnections", $"the limit of connections {Advice}");
                }
            }
        }
    }
}
