using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using LbCore.Hosting;
using LbCore.Transport;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace LbCore.Tests.Architecture;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class EventIdTests
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

    [TestCase("HostingLog", 1000)]
    [TestCase("RecordingLog", 2000)]
    public void Each_area_keeps_to_its_hundred(string area, int first)
    {
        var ids = LogMethods(typeof(LoadBalancer).Assembly)
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
}
