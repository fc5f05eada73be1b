using System;
using LbCore.Configuration.Reading;

namespace LbCore.Configuration;

/// <summary>Lets what refers to a cluster in another case refer to it as it is spelled, where names compare without case.</summary>
internal static class ClusterReferences
{
    public static void Respell(LbCoreOptions options)
    {
        var clusters = new NameSpellings(options.Clusters.Keys, StringComparison.OrdinalIgnoreCase);
        foreach (var listener in options.Listeners.Values)
        {
            // Code may have left nulls, which the validation names.
            if (listener is null)
            {
                continue;
            }

            listener.Cluster = Respell(listener.Cluster);
            foreach (var route in listener.Routes)
            {
                if (route is not null)
                {
                    route.Cluster = Respell(route.Cluster);
                }
            }
        }

        string Respell(string name) => name is null ? name! : clusters.Find(name) ?? name;
    }
}
