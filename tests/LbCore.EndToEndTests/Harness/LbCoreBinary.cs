using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Finds the built <c>lbcore</c>.</summary>
internal static class LbCoreBinary
{
    /// <summary>Gets the program that was built together with these tests, in the same configuration.</summary>
    public static string Path { get; } = Find("src/LbCore.Server", "lbcore");

    /// <summary>Gets what the program needs in its environment to find the runtime that runs these tests.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_ROOT"] = RuntimeRoot(),
    };

    /// <summary>Returns a program of this repository that was built together with these tests.</summary>
    public static string Sibling(string project, string program) => Find(project, program);

    private static string Find(string project, string program)
    {
        // tests/LbCore.EndToEndTests/bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        var configuration = framework.Parent;
        var root = configuration?.Parent?.Parent?.Parent?.Parent
            ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not a build folder of this repository.");
        var path = System.IO.Path.Combine(root.FullName, project, "bin", configuration.Name, framework.Name, program);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{program} has not been built.", path);
    }

    // <root>/shared/Microsoft.NETCore.App/<version>/
    private static string RuntimeRoot() =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
