using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CsCheck;

namespace LbCore.Http.Tests;

/// <summary>Makes heads to be parsed: those of the corpus, good and bad, and such as are put together from lines; whole or spoilt.</summary>
internal static class HeadGenerator
{
    private const string Stumbles = "\r\n\t :,;\0/*#@1\u007F\u00A0\u00E9-Hh[]\"\v";

    // Large files only repeat what their first kilobyte shows.
    private const int MaxSeed = 2048;

    private static readonly string[] RequestLines =
    [
        "GET / HTTP/1.1", "GET / HTTP/1.0", "POST /a?b=c HTTP/1.1", "HEAD /a HTTP/1.1", "OPTIONS * HTTP/1.1", "OPTIONS http://h HTTP/1.1",
        "GET http://h/a HTTP/1.1", "GET HTTPS://H?q HTTP/1.1", "GET http://h:80 HTTP/1.0", "GET http://g/ HTTP/1.1", "get //x HTTP/1.1",
        "CONNECT h:80 HTTP/1.1", "TRACE / HTTP/1.1", "GET https://h:443/ HTTP/1.1", "GET * HTTP/1.1", "GET / HTTP/1.2", "GET /  HTTP/1.1", "PUT http://h/http://g/ HTTP/1.1",
    ];

    private static readonly string[] StatusLines =
    [
        "HTTP/1.1 200 OK", "HTTP/1.0 200 OK", "HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified", "HTTP/1.1 101 Switching Protocols",
        "HTTP/1.1 100 Continue", "HTTP/1.1 500", "HTTP/1.1 404 ", "HTTP/1.1 99 X", "HTTP/1.1 1000 X", "HTTP/1.1 304 \u00FC\t",
    ];

    // Mostly such as go together, so that enough heads are taken.
    private static readonly string[] Lines =
    [
        "A: 1", "a:  2\t", "B:", "X: y: z", "Cookie: \"a\"=b; c", "Accept: */*", "Y: \u00FC", "Trailer: A", "TE: trailers", "Keep-Alive: 5",
        "Proxy-Connection: keep-alive", "X-Forwarded-For: 1.2.3.4", "x-forwarded-proto: https", "Expect: 100-continue", "Connection: close",
        "Connection: keep-alive", "Connection: A, b", "Connection: ,, upgrade ,", "Upgrade: websocket", "Upgrade: h2c", "HTTP2-Settings: A",
        "Content-Length: 5", "Transfer-Encoding: chunked", "Max-Forwards: 7", "Date: Wed, 25 Nov 2026 11:00:00 GMT",
    ];

    private static readonly string[] Traps =
    [
        "Host: g", "Host: h:80", "Host: h:65536", "Max-Forwards: 0", "Max-Forwards: x", "Content-Length: 5, 5", "Content-Length: +5", "Content-Length: 000000000000000005", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity", "Transfer-Encoding:\vchunked", "Transfer-Encoding : chunked", " X: y", "Transfer-Encoding: Chunked\u00A0",
        "A", ": a", "A\0: b", "Connection: Host", "Connection: content-length", "Connection: \"A\"", "Content-Length: 6", "A: b\nC: d", "A: b\rC: d",
        "", "\r", "Content\u00A0Length: 5", "Connection: x-forwarded-for, X-Forwarded-Proto, expect, Upgrade, Cookie",
    ];

    private static readonly string[] LineEnds = ["\n", "\r", "\r\r\n", "\n\r", ""];

    public static Gen<byte[]> Requests { get; } = Gen.OneOf(Mutated("requests"), Composed(RequestLines, needsHost: true));

    public static Gen<byte[]> Responses { get; } = Gen.OneOf(Mutated("responses"), Composed(StatusLines, needsHost: false));

    /// <summary>Makes limits that heads of this size often exceed, and the usual ones.</summary>
    public static Gen<HeadLimits> Limits { get; } = Gen.OneOf(
        Gen.Const(HeadLimits.Default), Gen.Select(Gen.Int[1, 400], Gen.Int[0, 12], Gen.Int[1, 40], static (bytes, fields, target) => new HeadLimits(bytes, fields, target)));

    /// <summary>Makes places to cut at; the reader takes them modulo the length.</summary>
    public static Gen<int[]> Cuts { get; } = Gen.Int[0, 2000].Array[0, 6];

    /// <summary>Shows bytes so that they can be read in a message and pasted into a test.</summary>
    public static string Show(byte[] bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes)
        {
            text.Append(value switch
            {
                (byte)'\r' => "\\r",
                (byte)'\n' => "\\n",
                >= 0x20 and < 0x7F => ((char)value).ToString(),
                _ => $"\\u00{value:X2}",
            });
        }

        return text.ToString();
    }

    /// <summary>Makes other bytes of these: a few are changed, put in or taken out, mostly to what parsers stumble over.</summary>
    public static Gen<byte[]> Spoil(Gen<byte[]> good)
    {
        var value = Gen.OneOf(Gen.Byte, Gen.Int[0, Stumbles.Length - 1].Select(static i => (byte)Stumbles[i]));
        var changes = Gen.Select(Gen.Int[0, 2000], value, Gen.Int[0, 3]).Array[0, 3];
        return Gen.Select(good, changes, static (bytes, changes) =>
        {
            var spoilt = new List<byte>(bytes);
            foreach (var (at, to, kind) in changes)
            {
                var index = at % (spoilt.Count + 1);
                if (kind == 0 || index == spoilt.Count)
                {
                    spoilt.Insert(index, to);
                }
                else if (kind == 1)
                {
                    spoilt.RemoveAt(index);
                }
                else
                {
                    spoilt[index] = to;
                }
            }

            return spoilt.ToArray();
        });
    }

    private static Gen<byte[]> Mutated(string kind)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Corpus", kind);
        var seeds = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order().Select(File.ReadAllBytes).Where(static seed => seed.Length <= MaxSeed).ToArray();
        return Spoil(Gen.Int[0, seeds.Length - 1].Select(i => seeds[i]));
    }

    private static Gen<byte[]> Composed(string[] firstLines, bool needsHost)
    {
        var line = Gen.Frequency((8, Gen.OneOf(Lines)), (1, Gen.OneOf(Traps)));
        var end = Gen.Frequency((60, Gen.Const("\r\n")), (1, Gen.OneOf(LineEnds)));
        var host = Gen.Frequency((1, Gen.Const(needsHost ? string.Empty : "A: b\r\n")), (8, Gen.Const(needsHost ? "Host: h\r\n" : string.Empty)));
        var behind = Gen.OneOf("", "\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "\0\n");
        return Gen.Select(Gen.OneOf(firstLines), host, Gen.Select(line, end).Array[0, 7], end, behind, static (first, host, fields, end, behind) =>
            Parsed.Bytes($"{first}\r\n{host}{string.Concat(fields.Select(static field => field.Item1 + field.Item2))}{end}{behind}"));
    }
}
