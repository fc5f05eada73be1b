using System;
using System.IO;
using System.Text;

namespace LbCore.Server.Demo;

/// <summary>Writes to standard output, and notices when nobody reads it any more, which the console's own stream does not say.</summary>
internal sealed class DemoWriter : TextWriter
{
    private readonly Stream _stream;
    private readonly Action _onBroken;
    private readonly StringBuilder _buffer = new();
    private bool _isBroken;

    /// <param name="stream">Where to write.</param>
    /// <param name="onBroken">Runs once, when a write has failed. What is written from then on is dropped.</param>
    public DemoWriter(Stream stream, Action onBroken)
        : base(System.Globalization.CultureInfo.InvariantCulture)
    {
        _stream = stream;
        _onBroken = onBroken;
        CoreNewLine = ['\n'];
    }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => _buffer.Append(value);

    public override void Write(string? value) => _buffer.Append(value);

    public override void Write(char[] buffer, int index, int count) => _buffer.Append(buffer, index, count);

    public override void Write(ReadOnlySpan<char> buffer) => _buffer.Append(buffer);

    public override void Flush()
    {
        var bytes = Encoding.GetBytes(_buffer.ToString());
        _buffer.Clear();
        if (_isBroken)
        {
            return;
        }

        try
        {
            _stream.Write(bytes);
            _stream.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isBroken = true;
            _onBroken();
        }
    }
}
