using System.Diagnostics;

namespace LbCore.LoadTool;

/// <summary>Marks the measured window: wall time, and the CPU time of the proxy under test read at exactly the same two moments.</summary>
internal sealed class Watch
{
    private readonly string _label;
    private readonly string _layout;
    private readonly int _round;
    private readonly ProcessTree? _proxy;
    private ProcessTree.CpuTime _cpu;
    private long _started;
    private long _ended;

    public Watch(Arguments arguments)
    {
        _label = arguments.Text("--label", "");
        _layout = arguments.Text("--layout", "");
        _round = arguments.Number("--round", 0, 0, 1_000_000);
        var pid = arguments.Number("--pid", 0, 0, int.MaxValue);
        _proxy = pid == 0 ? null : new ProcessTree(pid);
    }

    public double Seconds => Stopwatch.GetElapsedTime(_started, _ended).TotalSeconds;

    public void Start()
    {
        _cpu = _proxy?.ReadCpu() ?? default;
        _started = Stopwatch.GetTimestamp();
    }

    public void Stop()
    {
        _ended = Stopwatch.GetTimestamp();
        _cpu = (_proxy?.ReadCpu() ?? default) - _cpu;
    }

    public void WriteTo(JsonLine line)
    {
        _ = line.Add("proxy", _label).Add("layout", _layout).Add("round", _round).Add("seconds", Seconds);
        if (_proxy is not null)
        {
            _ = line.Add("user_us", _cpu.UserMicroseconds).Add("kernel_us", _cpu.KernelMicroseconds).Add("rss_kib", _proxy.ReadResidentKib());
        }
    }
}
