using System;
using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LbCore.Recording.AccessLogging;

/// <summary>Where one line is put together: a position in bytes that have room for the longest.</summary>
internal ref struct LineBuffer
{
    /// <summary>How many bytes a field of the client's takes in the line, its escapes included; what is beyond is cut off.</summary>
    public const int MaxField = 4096;

    /// <summary>How many bytes no line exceeds: three long fields, a host of a quarter, names, numbers and marks.</summary>
    public const int MaxLine = (4 * MaxField) + 2048;

    /// <summary>Visible ASCII and the space, without what ends or escapes a text in quotes.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create(PlainBytes());

    private readonly Span<byte> _bytes;
    private int _length;

    public LineBuffer(Span<byte> bytes)
    {
        Debug.Assert(bytes.Length >= MaxLine, "The longest line fits.");
        _bytes = bytes;
    }

    public readonly ReadOnlySpan<byte> Line => _bytes[.._length];

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes[_length..]);
        _length += bytes.Length;
    }

    public void WriteByte(byte value) => _bytes[_length++] = value;

    /// <summary>Writes a name of the configuration, which has no character that means anything to a format.</summary>
    public void WriteName(string name) => _length += Encoding.ASCII.GetBytes(name, _bytes[_length..]);

    public void Write(long number)
    {
        Utf8Formatter.TryFormat(number, _bytes[_length..], out var written);
        _length += written;
    }

    /// <summary>Writes a number with leading zeros.</summary>
    public void WriteDigits(int number, int digits)
    {
        for (var i = digits - 1; i >= 0; i--)
        {
            _bytes[_length + i] = (byte)('0' + (number % 10));
            number /= 10;
        }

        _length += digits;
    }

    /// <summary>Writes the IP address of an end point, or nothing when it has none. An IPv4 address in IPv6 is written as what it is.</summary>
    public bool TryWriteAddress(EndPoint? endPoint)
    {
        if (endPoint is not IPEndPoint { Address: var address })
        {
            return false;
        }

        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true })
        {
            Span<byte> parts = stackalloc byte[16];
            address.TryWriteBytes(parts, out _);
            for (var i = 12; i < 16; i++)
            {
                Write(parts[i]);
                Write(i < 15 ? "."u8 : default);
            }

            return true;
        }

        address.TryFormat(_bytes[_length..], out var written);
        _length += written;
        return true;
    }

    /// <summary>
    /// Writes what a client sent for a log of the combined form: everything but visible ASCII, and the quote and the
    /// backslash, as <c>\xHH</c>, as nginx does. So nobody forges a line, or commands a terminal.
    /// </summary>
    public void WriteHexEscaped(scoped ReadOnlySpan<byte> text, int most = MaxField)
    {
        var end = _length + most;
        for (text = text[CopyPlain(text, end)..]; NeedsEscape(text); text = text[CopyPlain(text, end)..])
        {
            if (_length + 4 > end)
            {
                Write("..."u8);
                return;
            }

            Write("\\x"u8);
            WriteHex(text[0]);
            text = text[1..];
        }

        if (!text.IsEmpty)
        {
            Write("..."u8);
        }
    }

    /// <summary>
    /// Writes what a client sent for JSON, within quotes that the caller writes: everything but visible ASCII as
    /// <c>\uXXXX</c>, and what is no UTF-8 as U+FFFD. So it is JSON whatever came, and no byte of it commands a terminal.
    /// </summary>
    public void WriteJsonEscaped(scoped ReadOnlySpan<byte> text, int most = MaxField)
    {
        Span<char> pair = stackalloc char[2];
        var end = _length + most;
        for (text = text[CopyPlain(text, end)..]; NeedsEscape(text); text = text[CopyPlain(text, end)..])
        {
            // Two escapes: a character outside the basic plane is not cut in two.
            if (_length + 12 > end)
            {
                Write("\\u2026"u8);
                return;
            }

            Rune.DecodeFromUtf8(text, out var rune, out var consumed);
            text = text[consumed..];
            foreach (var unit in pair[..rune.EncodeToUtf16(pair)])
            {
                Write("\\u"u8);
                WriteHex((byte)(unit >> 8));
                WriteHex((byte)unit);
            }
        }

        if (!text.IsEmpty)
        {
            Write("\\u2026"u8);
        }
    }

    private static bool NeedsEscape(scoped ReadOnlySpan<byte> text) => !text.IsEmpty && !Plain.Contains(text[0]);

    /// <summary>Copies what needs no escape, as far as there is room before the end. Returns how many bytes that was.</summary>
    private int CopyPlain(scoped ReadOnlySpan<byte> text, int end)
    {
        var plain = text.IndexOfAnyExcept(Plain);
        var count = Math.Min(plain < 0 ? text.Length : plain, end - _length);
        Write(text[..count]);
        return count;
    }

    private void WriteHex(byte value)
    {
        var digits = "0123456789ABCDEF"u8;
        _bytes[_length++] = digits[value >> 4];
        _bytes[_length++] = digits[value & 0xF];
    }

    private static byte[] PlainBytes()
    {
        var bytes = new byte[0x7F - 0x20 - 2];
        var count = 0;
        for (var value = (byte)0x20; value < 0x7F; value++)
        {
            if (value is not ((byte)'"' or (byte)'\\'))
            {
                bytes[count++] = value;
            }
        }

        return bytes;
    }
}
