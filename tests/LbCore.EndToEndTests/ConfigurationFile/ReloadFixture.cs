using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace LbCore.EndToEndTests.ConfigurationFile;

/// <summary>A balancer that serves what a file says, before three backends that answer with their names.</summary>
internal abstract class ReloadFixture
{
    protected const string Holds = "The configuration was read again and holds now.";

    private HttpBackend[] _backends = [];
    private TempFolder? _folder;
    private LbCoreProcess? _balancer;

    protected static string[] Names { get; } = ["a", "b", "c"];

    protected LbCoreProcess Balancer => _balancer!;

    protected string ConfigPath => _folder!.File("lbcore.json");

    /// <summary>Gets what the first file says, once the backends run.</summary>
    protected abstract string FirstConfiguration { get; }

    /// <summary>Gets what else the command line says.</summary>
    protected virtual string[] MoreArguments => [];

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _backends = await Task.WhenAll(Names.Select(name => KestrelServer.StartAsync(context => ServeAsync(context, name))));
        await File.WriteAllTextAsync(ConfigPath, FirstConfiguration);
        _balancer = await LbCoreProcess.StartFileAsync(ConfigPath, MoreArguments);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await (_balancer?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var backend in _backends)
        {
            await backend.DisposeAsync();
        }

        _folder?.Dispose();
    }

    protected string AddressOf(string name) => _backends[Array.IndexOf(Names, name)].Address;

    protected virtual Task ServeAsync(HttpContext context, string name) => context.Response.WriteAsync(name);
}
