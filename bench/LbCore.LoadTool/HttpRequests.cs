using System;
using System.Buffers.Text;
using System.Collections.Generic;

namespace LbCore.LoadTool;

/// <summary>Reads the requests of one connection and picks their answers, which are made once for each length.</summary>
internal sealed class HttpRequests
{
    private const int MaxHeadLength = 8 * 1024;

    private static readonly Dictionary<int, byte[]> Responses = [];

    private readonly byte[] _head = new byte[MaxHeadLength];
    private int _length;

    /// <summary>Takes bytes of a request. False when they are none that this backend knows.</summary>
    /// <param name="bytes">The bytes received.</param>
    /// <param name="response">The answer, when a whole request has come that wants one.</param>
    public bool TryTake(ReadOnlySpan<byte> bytes, out byte[]? response)
    {
        response = null;
        if (_length > 0 || !bytes.EndsWith("\r\n\r\n"u8))
        {
            if (_length + bytes.Length > _head.Length)
            {
                return false;
            }

            bytes.CopyTo(_head.AsSpan(_length));
            _length += bytes.Length;
            bytes = _head.AsSpan(0, _length);
            if (!bytes.EndsWith("\r\n\r\n"u8))
            {
                return true;
            }

            _length = 0;
        }

        // A comparison in which one side forgets the client's address would flatter it.
        if (bytes.IndexOf("orwarded-For: "u8) < 0 && bytes.IndexOf("orwarded-for: "u8) < 0)
        {
            return false;
        }

        if (!bytes.StartsWith("GET /"u8) || !Utf8Parser.TryParse(bytes[5..], out int length, out _))
        {
            return bytes.StartsWith("GET /never"u8);
        }

        if (!Responses.TryGetValue(length, out response))
        {
            response = HttpExchange.Response(length);
            Responses.Add(length, response);
        }

        return true;
    }
}
