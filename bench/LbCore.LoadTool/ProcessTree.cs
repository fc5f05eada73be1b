using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace LbCore.LoadTool;

/// <summary>Reads CPU time and resident memory of a process and everything below it, as one sum.</summary>
internal sealed class ProcessTree
{
    // /proc counts in USER_HZ, which is 100 on every architecture that .NET runs on (proc_pid_stat(5)).
    private const long MicrosecondsPerTick = 10_000;

    private readonly List<int> _pids = [];

    /// <summary>Finds the tree once; processes that start later are not counted.</summary>
    public ProcessTree(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && TryReadStat(pid) is { } stat)
            {
                parents[pid] = (int)stat.Parent;
            }
        }

        if (!parents.ContainsKey(root))
        {
            throw new LoadToolException($"process {root} does not run");
        }

        _pids.Add(root);
        for (var i = 0; i < _pids.Count; i++)
        {
            foreach (var (pid, parent) in parents)
            {
                if (parent == _pids[i] && pid != root)
                {
                    _pids.Add(pid);
                }
            }
        }
    }

    public int Count => _pids.Count;

    public CpuTime ReadCpu()
    {
        var sum = default(CpuTime);
        foreach (var pid in _pids)
        {
            var stat = TryReadStat(pid) ?? throw new LoadToolException($"process {pid} has ended");
            sum = new CpuTime(sum.UserMicroseconds + (stat.User * MicrosecondsPerTick), sum.KernelMicroseconds + (stat.Kernel * MicrosecondsPerTick));
        }

        return sum;
    }

    public long ReadResidentKib()
    {
        long pages = 0;
        foreach (var pid in _pids)
        {
            pages += long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture);
        }

        return pages * Environment.SystemPageSize / 1024;
    }

    private static (long Parent, long User, long Kernel)? TryReadStat(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (IOException)
        {
            return null;
        }

        // The name in parentheses may itself hold spaces and parentheses; the fields after the last one are numbered from 3.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (Field(4), Field(14), Field(15));

        long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
    }

    internal readonly record struct CpuTime(long UserMicroseconds, long KernelMicroseconds)
    {
        public static CpuTime operator -(CpuTime left, CpuTime right) =>
            new(left.UserMicroseconds - right.UserMicroseconds, left.KernelMicroseconds - right.KernelMicroseconds);
    }
}
