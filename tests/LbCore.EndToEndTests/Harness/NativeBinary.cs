using System;
using NUnit.Framework;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Finds the ahead-of-time compiled <c>lbcore</c>. Publishing is slow, so it is done outside and named by a variable.</summary>
internal static class NativeBinary
{
    private const string Variable = "LBCORE_AOT";

    /// <summary>Returns the program's path. Without it the test is skipped.</summary>
    public static string Require()
    {
        var program = Environment.GetEnvironmentVariable(Variable) ?? string.Empty;
        if (program.Length == 0)
        {
            Assert.Ignore($"{Variable} is not set: publish src/LbCore.Server with -p:PublishProfile=native and set it to the program's path");
        }

        Assert.That(program, Does.Exist, Variable);
        return program;
    }
}
