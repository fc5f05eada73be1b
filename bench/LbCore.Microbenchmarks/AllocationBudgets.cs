using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace LbCore.Microbenchmarks;

/// <summary>
/// Holds every benchmark to its budget of allocated bytes an operation, without measuring its time: quick enough for every
/// test run, and independent of the machine.
/// </summary>
internal static class AllocationBudgets
{
    private const int WarmUps = 20;
    private const int Invocations = 20;

    /// <summary>Runs all benchmarks and returns 1 when one is above its budget, or has none.</summary>
    public static int Check(string path)
    {
        var budgets = JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(path))
            ?? throw new InvalidDataException($"{path} is empty.");
        var failed = 0;
        foreach (var (name, measure) in Benchmarks())
        {
            var allocated = measure();
            var known = budgets.Remove(name, out var budget);
            var fits = known && Math.Round(allocated, 2) <= budget;
            failed += fits ? 0 : 1;
            Console.WriteLine($"{(fits ? "PASS" : "FAIL")} {name}: {allocated:F2} bytes an operation, {(known ? $"budget {budget:F2}" : $"and no budget in {path}")}");
        }

        foreach (var name in budgets.Keys)
        {
            Console.WriteLine($"FAIL {name}: it has a budget, and there is no such benchmark");
            failed++;
        }

        return failed == 0 ? 0 : 1;
    }

    private static IEnumerable<(string Name, Func<double> Measure)> Benchmarks() =>
        from type in typeof(AllocationBudgets).Assembly.GetTypes()
        where type.IsPublic && !type.IsAbstract
        orderby type.Name
        from method in type.GetMethods()
        let benchmark = method.GetCustomAttribute<BenchmarkAttribute>()
        where benchmark is not null
        from values in Parameters(type)
        let suffix = values.Count == 0 ? "" : $"({string.Join(", ", values.Select(static pair => $"{pair.Key.Name}={pair.Value}"))})"
        select ($"{type.Name}.{method.Name}{suffix}", (Func<double>)(() => Measure(type, method, benchmark.OperationsPerInvoke, values)));

    /// <summary>Returns every combination of a class's parameters.</summary>
    private static List<Dictionary<PropertyInfo, object?>> Parameters(Type type)
    {
        List<Dictionary<PropertyInfo, object?>> combinations = [[]];
        foreach (var property in type.GetProperties())
        {
            if (property.GetCustomAttribute<ParamsAttribute>() is { } parameters)
            {
                combinations = [.. from values in combinations from value in parameters.Values select new Dictionary<PropertyInfo, object?>(values) { [property] = value }];
            }
        }

        return combinations;
    }

    private static double Measure(Type type, MethodInfo method, int operations, Dictionary<PropertyInfo, object?> values)
    {
        var instance = Activator.CreateInstance(type)!;
        foreach (var (property, value) in values)
        {
            property.SetValue(instance, value);
        }

        Call<GlobalSetupAttribute>(type, instance);
        try
        {
            var invoke = Invoker(instance, method);
            for (var i = 0; i < WarmUps; i++)
            {
                invoke();
            }

            // What the runtime itself allocates now and then is in some windows only.
            var least = double.MaxValue;
            for (var window = 0; window < 5 && least > 0; window++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                for (var i = 0; i < Invocations; i++)
                {
                    invoke();
                }

                least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(Invocations * Math.Max(operations, 1)));
            }

            return least;
        }
        finally
        {
            Call<GlobalCleanupAttribute>(type, instance);
        }
    }

    private static Action Invoker(object instance, MethodInfo method)
    {
        if (method.ReturnType == typeof(void))
        {
            return method.CreateDelegate<Action>(instance);
        }

        if (method.ReturnType == typeof(int))
        {
            var call = method.CreateDelegate<Func<int>>(instance);
            return () => call();
        }

        var any = method.CreateDelegate<Func<object>>(instance);
        return () => any();
    }

    private static void Call<TAttribute>(Type type, object instance)
        where TAttribute : Attribute
    {
        foreach (var method in type.GetMethods().Where(static method => method.GetCustomAttribute<TAttribute>() is not null))
        {
            method.Invoke(instance, null);
        }
    }
}
