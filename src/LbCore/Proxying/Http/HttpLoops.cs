using System.Collections.Generic;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>The HTTP parts of all loops of an engine. Any thread.</summary>
internal sealed class HttpLoops
{
    private readonly HttpLoop[] _loops;

    public HttpLoops(IReadOnlyList<EventLoop> loops)
    {
        _loops = new HttpLoop[loops.Count];
        for (var i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new HttpLoop(loops[i]);
        }
    }

    public HttpLoop this[EventLoop loop] => _loops[loop.Index];

    /// <summary>
    /// Lets connections end: idle ones at once, others with the response that they are at. One that has not sent its first
    /// request yet may still do so within its time.
    /// </summary>
    public void BeginDrain()
    {
        foreach (var loop in _loops)
        {
            loop.Loop.Post(static state => ((HttpLoop)state!).BeginDrain(), loop);
        }
    }
}
