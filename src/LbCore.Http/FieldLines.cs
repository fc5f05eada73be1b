using System;
using System.Text;

namespace LbCore.Http;

/// <summary>
/// Walks through the field lines of a head that may have been written by us or not be whole: behind its first line, to the
/// empty line or the first that is no line. For what happens seldom; parsed heads know where their fields are.
/// </summary>
internal ref struct FieldLines
{
    private ReadOnlySpan<byte> _rest;

    public FieldLines(ReadOnlySpan<byte> head)
    {
        var start = head.IndexOf((byte)'\n');
        _rest = start < 0 ? default : head[(start + 1)..];
    }

    /// <summary>Returns the value of the only field of a name; empty when there is none, or several.</summary>
    public static ReadOnlySpan<byte> FindOnly(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> found = default;
        var count = 0;
        var lines = new FieldLines(head);
        while (lines.TryNext(name, out var value))
        {
            found = value;
            count++;
        }

        return count == 1 ? found : default;
    }

    /// <summary>Goes to the next field of a name.</summary>
    public bool TryNext(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (TryNextLine(out var line))
        {
            if (line.Length > name.Length && line[name.Length] == ':' && Ascii.EqualsIgnoreCase(line[..name.Length], name))
            {
                value = line[(name.Length + 1)..].Trim(" \t"u8);
                return true;
            }
        }

        value = default;
        return false;
    }

    private bool TryNextLine(out ReadOnlySpan<byte> line)
    {
        var end = _rest.IndexOf((byte)'\n');
        if (end <= 1 || _rest[end - 1] != '\r')
        {
            _rest = default;
            line = default;
            return false;
        }

        line = _rest[..(end - 1)];
        _rest = _rest[(end + 1)..];
        return true;
    }
}
