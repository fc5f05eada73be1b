using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using LbCore.Hosting;
using LbCore.Transport;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace LbCore.Tests.Architecture;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed partial class EventIdTests
{
    private static IEnumerable<Assembly> Assemblies => [typeof(LoadBalancer).Assembly, typeof(TransportEngine).Assembly];

    [TestCaseSource(nameof(Assemblies))]
    public void No_event_id_is_used_twice(Assembly assembly)
    {
        var methods = LogMethods(assembly).ToList();
        Assert.That(methods, Is.Not.Empty);
        Assert.That(methods.Select(static entry => entry.Message.EventId), Is.Unique);
        Assert.That(methods.Select(static entry => entry.Method.Name), Is.Unique);
    }

    [Test]
    public void No_two_assemblies_share_an_id() => Assert.That(
        Assemblies.SelectMany(LogMethods).Select(static entry => entry.Message.EventId), Is.Unique);

    /// <summary>Who filters or counts by id must see everything; and the ranges are in docs/operations.md.</summary>
    [Test]
    public void Nothing_is_logged_without_an_id_and_no_library_writes_to_the_console()
    {
        var offences = from project in new[] { "LbCore", "LbCore.Transport", "LbCore.Http", "LbCore.Admin", "LbCore.Server" }
                       from file in SourceTree.SourceFiles(project)
                       let text = File.ReadAllText(file)
                       where LogsWithoutId().IsMatch(text) || (project != "LbCore.Server" && text.Contains("Console.", StringComparison.Ordinal))
                       select file;
        Assert.That(offences, Is.Empty);
    }

    [TestCase("HostingLog", 1000)]
    [TestCase("RecordingLog", 2000)]
    [TestCase("TransportLog", 4000)]
    public void Each_area_keeps_to_its_hundred(string area, int first)
    {
        var ids = Assemblies.SelectMany(LogMethods)
            .Where(entry => entry.Method.DeclaringType!.Name == area)
            .Select(static entry => entry.Message.EventId)
            .ToList();

        Assert.That(ids, Is.Not.Empty.And.All.InRange(first, first + 99));
    }

    [Test]
    public void Every_log_class_stands_in_Diagnostics_and_has_its_hundred() => Assert.That(
        LogMethods(typeof(LoadBalancer).Assembly).Select(static entry => entry.Method.DeclaringType!.FullName).Distinct(),
        Is.EquivalentTo(new[] { "LbCore.Diagnostics.HostingLog", "LbCore.Diagnostics.RecordingLog" }));

    private static IEnumerable<(MethodInfo Method, LoggerMessageAttribute Message)> LogMethods(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        select (method, message);

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex LogsWithoutId();
}
