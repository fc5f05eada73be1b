using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;

namespace LbCore.Tests.Architecture;

/// <summary>Who may know whom. A room that reaches where it may not fails here, before it becomes a habit.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed partial class DependencyRulesTests
{
    /// <summary>
    /// The rooms of LbCore and those that each may use. The data plane goes one way, from Balancing to Recording; it and
    /// the control plane (Configuration, Hosting) meet in Topology and Recording only. Hosting puts everything together.
    /// </summary>
    private static readonly Dictionary<string, string[]> AllowedRooms = new(StringComparer.Ordinal)
    {
        ["Diagnostics"] = [],
        ["Configuration"] = [],
        ["Routing"] = [],
        ["Topology"] = ["Routing"],
        ["Recording"] = ["Topology", "Diagnostics"],
        ["Balancing"] = ["Topology"],
        ["Messages"] = [],
        ["Upstreams"] = ["Topology", "Messages"],
        ["Proxying"] = ["Routing", "Topology", "Balancing", "Messages", "Upstreams", "Recording", "Diagnostics"],
        ["Hosting"] = ["Configuration", "Routing", "Topology", "Balancing", "Upstreams", "Proxying", "Recording", "Diagnostics"],
        ["DependencyInjection"] = ["Configuration", "Balancing", "Hosting"],
    };

    private static readonly Dictionary<string, string[]> AllowedProjects = new(StringComparer.Ordinal)
    {
        ["LbCore.Transport"] = [],
        ["LbCore.Http"] = [],
        ["LbCore"] = ["LbCore.Transport", "LbCore.Http"],
        ["LbCore.Admin"] = ["LbCore"],
        ["LbCore.Testing"] = ["LbCore"],
        ["LbCore.Server"] = ["LbCore", "LbCore.Admin"],
    };

    private static readonly string[] RefusedFolders = ["Utilities", "Utility", "Utils", "Common", "Helpers", "Infrastructure"];

    private static IEnumerable<string> Projects => AllowedProjects.Keys;

    [TestCaseSource(nameof(Projects))]
    public void A_project_references_only_those_it_may(string project)
    {
        var file = XDocument.Load(Path.Combine(SourceTree.Root, "src", project, project + ".csproj"));
        var referenced = file.Descendants("ProjectReference")
            .Select(static reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.That(referenced, Is.SubsetOf(AllowedProjects[project]));
    }

    [Test]
    public void Every_project_has_its_rules() => Assert.That(
        Directory.EnumerateDirectories(Path.Combine(SourceTree.Root, "src")).Select(Path.GetFileName), Is.SubsetOf(AllowedProjects.Keys));

    [TestCase("LbCore.Transport")]
    [TestCase("LbCore.Http")]
    public void Transport_and_Http_know_nobody(string project)
    {
        var strangers = from file in SourceTree.SourceFiles(project)
                        from used in UsedNamespaces(file)
                        where used != project && !used.StartsWith(project + ".", StringComparison.Ordinal)
                        select $"{Show(file)} uses {used}";

        Assert.That(strangers, Is.Empty);
    }

    [Test]
    public void Rooms_of_LbCore_use_only_those_they_may()
    {
        var offences = from file in SourceTree.SourceFiles("LbCore")
                       let room = RoomOf(file)
                       from usedRoom in UsedNamespaces(file).Select(RoomOf).Concat(NamedRooms(file))
                       where usedRoom is not null && usedRoom != room && !AllowedRooms.GetValueOrDefault(room, []).Contains(usedRoom)
                       select $"{Show(file)}: {room} must not use {usedRoom}";

        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void Every_room_of_LbCore_has_its_rules() => Assert.That(
        SourceTree.SourceFiles("LbCore").Select(RoomOf).Distinct(), Is.SubsetOf(AllowedRooms.Keys));

    [Test]
    public void The_rules_have_no_cycle()
    {
        var settled = new HashSet<string>(StringComparer.Ordinal);
        while (AllowedRooms.Keys.FirstOrDefault(room => !settled.Contains(room) && AllowedRooms[room].All(settled.Contains)) is { } next)
        {
            settled.Add(next);
        }

        Assert.That(settled, Is.EquivalentTo(AllowedRooms.Keys));
    }

    [Test]
    public void No_folder_is_a_drawer_for_odds_and_ends() => Assert.That(
        SourceTree.Folders().Where(static folder => RefusedFolders.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase)),
        Is.Empty);

    [Test]
    public void The_namespace_is_the_folder()
    {
        var wrong = from project in Projects
                    from file in SourceTree.SourceFiles(project)
                    let declared = DeclaredNamespace().Match(File.ReadAllText(file))
                    where declared.Success && declared.Groups["name"].Value != ExpectedNamespace(project, file)
                    select $"{Show(file)} declares {declared.Groups["name"].Value}";

        Assert.That(wrong, Is.Empty);
    }

    private static string ExpectedNamespace(string project, string file)
    {
        var folder = Path.GetRelativePath(Path.Combine(SourceTree.Root, "src", project), Path.GetDirectoryName(file)!);
        if (folder == "DependencyInjection")
        {
            // Where everybody finds the methods of IServiceCollection without a using line.
            return "Microsoft.Extensions.DependencyInjection";
        }

        return folder == "." ? project : $"{project}.{folder.Replace(Path.DirectorySeparatorChar, '.')}";
    }

    private static IEnumerable<string> UsedNamespaces(string file) => UsingLine()
        .Matches(File.ReadAllText(file))
        .Select(static match => match.Groups["name"].Value)
        .Where(static name => name == "LbCore" || name.StartsWith("LbCore.", StringComparison.Ordinal));

    /// <summary>Returns the rooms that a file names without a using line, as nested namespaces may: Hosting.LoadBalancer.</summary>
    private static IEnumerable<string> NamedRooms(string file) => QualifiedName()
        .Matches(UsingLine().Replace(DeclaredNamespace().Replace(File.ReadAllText(file), ""), ""))
        .Select(static match => match.Groups["room"].Value)
        .Where(AllowedRooms.ContainsKey);

    /// <summary>Returns the room of a file, or of a namespace; null for a namespace of another project.</summary>
    private static string? RoomOf(string fileOrNamespace)
    {
        if (Path.IsPathRooted(fileOrNamespace))
        {
            return Path.GetRelativePath(Path.Combine(SourceTree.Root, "src", "LbCore"), fileOrNamespace).Split(Path.DirectorySeparatorChar)[0];
        }

        var room = fileOrNamespace.Split('.').ElementAtOrDefault(1);
        return room is null or "Transport" or "Http" ? null : room;
    }

    private static string Show(string file) => Path.GetRelativePath(SourceTree.Root, file);

    [GeneratedRegex(@"^\s*(global\s+)?using\s+(static\s+)?(\w+\s*=\s*)?(?<name>[\w.]+)\s*;", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex UsingLine();

    // Not behind a dot, unless that is LbCore's own: a member may be called like a room.
    [GeneratedRegex(@"(?<![\w.])(global::)?(LbCore\.)?(?<room>[A-Z]\w+)\.[A-Z]\w*", RegexOptions.ExplicitCapture)]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex DeclaredNamespace();
}
