using System.Threading.Tasks;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>Ends what the fixtures of this folder share.</summary>
[SetUpFixture]
internal sealed class SharedSites
{
    [OneTimeTearDown]
    public Task StopAsync() => BalancedSite.StopAllAsync();
}
