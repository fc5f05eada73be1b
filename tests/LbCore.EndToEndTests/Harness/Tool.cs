using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Finds the programs of other people that the tests run.</summary>
internal static class Tool
{
    private const string RequireVariable = "LBCORE_REQUIRE_TOOLS";

    /// <summary>Returns the path of a program. A missing one skips the test, or fails it where every tool must be there.</summary>
    public static string Require(string name, string package) =>
        Find(name) ?? NotAvailable($"{name} is not installed; apt-get install {package}");

    /// <summary>Skips the test for want of a program, or fails it where every tool must be there.</summary>
    [DoesNotReturn]
    private static string NotAvailable(string reason)
    {
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            Assert.Fail($"{reason} ({RequireVariable}=1)");
        }

        Assert.Ignore(reason);
        throw new InvalidOperationException("Assert.Ignore returned.");
    }

    private static string? Find(string name) =>
        Folders().Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    // PostgreSQL's own folders come first: what Debian puts on PATH is a wrapper in Perl, which would get our signals.
    private static string[] Folders()
    {
        const string PostgresRoot = "/usr/lib/postgresql";
        var postgres = Directory.Exists(PostgresRoot)
            ? Directory.GetDirectories(PostgresRoot).OrderDescending().Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return [.. postgres, .. path, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    }
}
