using System;
using System.IO;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Parsing, writing and scanning allocate nothing once a head has grown.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class AllocationTests
{
    [Test]
    public void A_head_is_parsed_and_written_without_allocating()
    {
        var request = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpus", "requests", "valid", "chromium.http"));
        var response = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpus", "responses", "valid", "nginx.http"));
        var requestHead = new RequestHead();
        var responseHead = new ResponseHead();
        var target = new byte[4096];
        void Once()
        {
            requestHead.Reset();
            responseHead.Reset();
            var edits = new RequestEdits { ForwardedFor = "10.0.0.7"u8 };
            if (RequestParser.Parse(request, requestHead, HeadLimits.Default) != ParseStatus.Complete
                || ResponseParser.Parse(response, responseHead, HeadLimits.Default) != ParseStatus.Complete
                || HeadWriter.WriteRequest(target, request, requestHead, in edits) == 0
                || HeadWriter.WriteResponse(target, response, responseHead, default) == 0)
            {
                throw new InvalidOperationException("a corpus file is refused");
            }
        }

        Assert.That(Allocated(Once), Is.Zero);
    }

    [Test]
    public void Chunks_are_scanned_without_allocating()
    {
        var body = Parsed.Bytes("5;x=y\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nT: v\r\n\r\n");
        Assert.That(Allocated(() =>
        {
            var scanner = default(ChunkedScanner);
            for (var position = 0; scanner.Next(body.AsSpan(position), out var framing, out var data) == ParseStatus.Incomplete;)
            {
                position += framing + data;
            }
        }), Is.Zero);
    }

    [Test]
    public void A_body_is_decoded_and_a_bad_head_refused_without_allocating()
    {
        var bad = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpus", "requests", "invalid", "LengthAndCoding.cl-te.http"));
        var head = new RequestHead();
        Assert.That(Allocated(() =>
        {
            head.Reset();
            var decoder = new BodyDecoder(BodyFraming.OfLength(3));
            if (RequestParser.Parse(bad, head, HeadLimits.Default) != ParseStatus.Invalid || !decoder.TryNext("abcd"u8, out _, out var data) || data != 3)
            {
                throw new InvalidOperationException("not what was expected");
            }
        }), Is.Zero);
    }

    [Test]
    public void A_head_of_very_many_fields_allocates_only_once()
    {
        var bytes = Parsed.Bytes("GET / HTTP/1.1\r\nHost: h\r\n" + string.Concat(System.Linq.Enumerable.Repeat("A: b\r\n", 99)) + "\r\n");
        var head = new RequestHead();
        Assert.That(Allocated(() =>
        {
            head.Reset();
            if (RequestParser.Parse(bytes, head, HeadLimits.Default) != ParseStatus.Complete)
            {
                throw new InvalidOperationException("a good head is refused");
            }
        }), Is.Zero);
    }

    private static long Allocated(Action body)
    {
        for (var i = 0; i < 100; i++)
        {
            body();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            body();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
