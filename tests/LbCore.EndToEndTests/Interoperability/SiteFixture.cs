using System.Linq;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>Is lbcore before one server, with curl as the client.</summary>
internal abstract class SiteFixture(string engine, string kind)
{
    private BalancedSite? _balanced;

    public static object[] Every => Cases(Site.Kinds);

    protected string Curl { get; private set; } = "";

    protected Site Site => _balanced!.Site;

    protected LbCoreProcess Balancer => _balanced!.Balancer;

    protected string Url => $"http://{Balancer.Address}";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Curl = Tool.Require("curl", "curl");
        _balanced = await BalancedSite.GetAsync(engine, kind);
    }

    protected static object[] Cases(params string[] kinds) =>
        [.. from engine in Engines.All from kind in kinds select new object[] { engine, kind }];

    protected async Task<CommandResult> CurlAsync(params string[] arguments) => (await TryCurlAsync(null, arguments)).OrThrow();

    protected Task<CommandResult> TryCurlAsync(byte[]? input, params string[] arguments) =>
        Command.RunAsync(Curl, ["-sS", "--noproxy", "*", "--max-time", "30", .. arguments], null, input);
}
