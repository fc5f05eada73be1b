using System.Collections.Generic;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace LbCore.Tests.Architecture;

/// <summary>The source files of the tree that the tests were built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> SourceFiles(string project) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", project), "*.cs", SearchOption.AllDirectories).Where(IsOurs);

    public static IEnumerable<string> Folders() =>
        new[] { "src", "tests", "bench", "samples" }
            .Select(static top => Path.Combine(Root, top))
            .Where(Directory.Exists)
            .SelectMany(static top => Directory.EnumerateDirectories(top, "*", SearchOption.AllDirectories))
            .Where(static folder => IsOurs(folder + Path.DirectorySeparatorChar));

    public static bool IsOurs(string path) =>
        !Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LbCore.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No LbCore.sln above the tests.");
    }
}
