using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>Is a server with lbcore before it. The fixtures share it, since starting it takes longer than most of their tests.</summary>
internal sealed class BalancedSite
{
    private static readonly Dictionary<(string Engine, string Kind), BalancedSite> All = [];

    private BalancedSite(Site site, LbCoreProcess balancer)
    {
        Site = site;
        Balancer = balancer;
    }

    public Site Site { get; }

    public LbCoreProcess Balancer { get; }

    /// <summary>Returns the one of that kind, and starts it for who is the first to ask.</summary>
    public static async Task<BalancedSite> GetAsync(string engine, string kind)
    {
        if (!All.TryGetValue((engine, kind), out var balanced))
        {
            balanced = await StartAsync(engine, kind);
            All.Add((engine, kind), balanced);
        }

        return balanced;
    }

    /// <summary>Stops all of them, and asserts that each was still healthy.</summary>
    public static async Task StopAllAsync()
    {
        List<Exception> failures = [];
        foreach (var balanced in All.Values)
        {
            try
            {
                await using var site = balanced.Site;
                await using var balancer = balanced.Balancer;
                await balancer.StopAsync();
            }
            catch (Exception e)
            {
                failures.Add(e);
            }
        }

        All.Clear();
        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private static async Task<BalancedSite> StartAsync(string engine, string kind)
    {
        var site = await Site.StartAsync(kind);
        try
        {
            return new BalancedSite(site, await LbCoreProcess.StartHttpAsync(engine, [site.Address]));
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }
}
