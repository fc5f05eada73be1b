using System;
using System.Buffers;
using System.Buffers.Text;
using System.Text;
using LbCore.Transport;

namespace LbCore.Proxying.Http;

/// <summary>
/// Is the Date field of answers of ours, and of responses that come without one (RFC 9110 section 6.6.1). Written anew twice
/// a second at most. For one loop's thread.
/// </summary>
internal sealed class DateLine
{
    private const int ValidMilliseconds = 500;

    private readonly EventLoop _loop;
    private readonly byte[] _line = Encoding.ASCII.GetBytes("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
    private long _writtenAt;

    public DateLine(EventLoop loop)
    {
        _loop = loop;
        Write();
    }

    /// <summary>Returns the line with its CRLF, to be copied at once.</summary>
    public ReadOnlyMemory<byte> Show()
    {
        if (_loop.Now - _writtenAt >= ValidMilliseconds)
        {
            Write();
        }

        return _line;
    }

    private void Write()
    {
        _writtenAt = _loop.Now;
        Utf8Formatter.TryFormat(TimeProvider.System.GetUtcNow(), _line.AsSpan("Date: ".Length), out _, new StandardFormat('R'));
    }
}
