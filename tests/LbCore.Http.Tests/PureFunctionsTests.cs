using System.Linq;
using System.Reflection;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>HTTP is pure functions over bytes: what the built assembly refers to shows whether it can be anything else.</summary>
[TestFixture]
public sealed class PureFunctionsTests
{
    private static readonly string[] AllowedAssemblies =
        [
            "System.Runtime", "System.Memory", "System.Collections", "System.Linq", "System.Runtime.Intrinsics",
            "System.Text.Encoding.Extensions",

            // IP addresses as text; sockets are elsewhere.
            "System.Net.Primitives",
        ];

    [Test]
    public void The_assembly_refers_to_nothing_that_does_input_output_or_keeps_time() => Assert.That(
        Assembly.Load("LbCore.Http").GetReferencedAssemblies().Select(static name => name.Name), Is.SubsetOf(AllowedAssemblies));
}
