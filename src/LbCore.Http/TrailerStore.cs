using System;

namespace LbCore.Http;

/// <summary>Keeps the trailer lines of one body at a time. It grows with what it meets, and keeps room for usual ones.</summary>
internal sealed class TrailerStore
{
    /// <summary>How many bytes all lines of a body may have, without the second bytes of their line ends.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>How many lines a body may have.</summary>
    public const int MaxLines = 100;

    private const int KeptBytes = 512;

    private byte[] _lines = [];

    /// <summary>Puts a byte behind those before it.</summary>
    public void Put(int index, byte value)
    {
        if (index == _lines.Length)
        {
            Array.Resize(ref _lines, Math.Clamp(index * 2, KeptBytes, MaxBytes + MaxLines));
        }

        _lines[index] = value;
    }

    public Memory<byte> Lines(int length) => _lines.AsMemory(0, length);

    /// <summary>Gives back what unusually many lines have taken: objects that wait for their next use are many.</summary>
    public void Trim()
    {
        if (_lines.Length > KeptBytes)
        {
            _lines = [];
        }
    }
}
