using System;
using System.Text;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>What a head looks like on the other side.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class HeadWriterTests
{
    private const string Ours = "X-Forwarded-For: 10.0.0.7\r\nX-Forwarded-Proto: http\r\n";

    [TestCase("GET /a?b HTTP/1.1\r\nHost: h\r\nA:  1 \r\n", "GET /a?b HTTP/1.1\r\nHost: h\r\nA:  1 \r\n" + Ours, TestName = "Fields_go_on_byte_for_byte")]
    [TestCase("\r\nGET / HTTP/1.0\r\nHost: h\r\n", "GET / HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "The_version_is_ours")]
    [TestCase("GET / HTTP/1.0\r\n", "GET / HTTP/1.1\r\nHost: own:80\r\n" + Ours, TestName = "A_missing_host_is_filled_in")]
    [TestCase("GET / HTTP/1.0\r\nA: 1\r\n", "GET / HTTP/1.1\r\nHost: own:80\r\nA: 1\r\n" + Ours, TestName = "A_missing_host_comes_first")]
    [TestCase("GET http://named:81/ HTTP/1.0\r\nA: 1\r\n", "GET / HTTP/1.1\r\nHost: named:81\r\nA: 1\r\n" + Ours, TestName = "The_host_of_absolute_form_goes_before_ours")]
    [TestCase("GET http://h/p?q HTTP/1.1\r\nHost: h\r\n", "GET /p?q HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "Absolute_form_becomes_origin_form")]
    [TestCase("GET http://h HTTP/1.1\r\nHost: h\r\n", "GET / HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "An_empty_path_becomes_a_slash")]
    [TestCase("GET http://h?q HTTP/1.1\r\nHost: h\r\n", "GET /?q HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "A_query_without_a_path_gets_one")]
    [TestCase("OPTIONS http://h HTTP/1.1\r\nHost: h\r\n", "OPTIONS * HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "OPTIONS_without_a_path_asks_the_server_itself")]
    [TestCase("GET / HTTP/1.1\r\nConnection: x, Y\r\nX: 1\r\nHost: h\r\ny: 2\r\nTE: gzip\r\nTrailer: T\r\nKeep-Alive: 1\r\n", "GET / HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "What_concerns_one_connection_stops")]
    [TestCase("GET / HTTP/1.1\r\nx-forwarded-for: 1\r\nX-FORWARDED-PROTO: https\r\nHost: h\r\nX-Forwarded-For: 2\r\n", "GET / HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "What_the_client_says_of_itself_is_replaced")]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n", "POST / HTTP/1.1\r\nHost: h\r\n" + Ours + "Transfer-Encoding: chunked\r\n", TestName = "Chunks_are_announced_anew")]
    [TestCase("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n", "GET / HTTP/1.1\r\nHost: h\r\n" + Ours + "Connection: upgrade\r\nUpgrade: websocket\r\n", TestName = "An_upgrade_goes_on")]
    [TestCase("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n", "GET / HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "A_wish_for_HTTP_2_stops")]
    [TestCase("GET / HTTP/1.1\r\nHost: h\r\nConnection: x-forwarded-for, X-Forwarded-Proto\r\n", "GET / HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "Nobody_takes_our_own_fields_out")]
    [TestCase("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: x\r\n", "GET / HTTP/1.1\r\nHost: h\r\nProxy-Authorization: x\r\n" + Ours, TestName = "A_field_with_a_name_like_a_proxys_goes_on")]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 007\r\n", "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 7\r\n" + Ours, TestName = "Length_and_expectation_go_on")]
    [TestCase("get http://h//x HTTP/1.1\r\nHost: H\r\n", "get //x HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "Path_and_method_are_left_as_they_are")]
    [TestCase("OPTIONS http://h?q HTTP/1.1\r\nHost: h\r\n", "OPTIONS /?q HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "OPTIONS_with_a_query_asks_for_a_resource")]
    [TestCase("GET http://h:80/ HTTP/1.1\r\nA: 1\r\nHost: h\r\n", "GET / HTTP/1.1\r\nHost: h:80\r\nA: 1\r\n" + Ours, TestName = "Of_two_words_for_one_host_the_targets_goes_on")]
    [TestCase("GET / HTTP/1.1\r\nHost: h\r\nTE: gzip;q=1, Trailers\r\n", "GET / HTTP/1.1\r\nHost: h\r\n" + Ours + "TE: trailers\r\nConnection: TE\r\n", TestName = "Trailers_are_asked_for_by_who_takes_them")]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n", "POST / HTTP/1.1\r\nHost: h\r\nTrailer: A\r\n" + Ours + "Transfer-Encoding: chunked\r\n", TestName = "Trailers_of_chunks_are_announced")]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nConnection: trailer\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n", "POST / HTTP/1.1\r\nHost: h\r\n" + Ours + "Transfer-Encoding: chunked\r\n", TestName = "Trailers_are_not_announced_when_Connection_names_them")]
    [TestCase("TRACE / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 10\r\n", "TRACE / HTTP/1.1\r\nHost: h\r\n" + Ours + "Max-Forwards: 9\r\n", TestName = "Max_forwards_counts_down")]
    [TestCase("OPTIONS / HTTP/1.1\r\nHost: h\r\nMax-Forwards:99999999999\r\n", "OPTIONS / HTTP/1.1\r\nHost: h\r\n" + Ours + "Max-Forwards: 999999998\r\n", TestName = "Max_forwards_has_a_bound")]
    [TestCase("GET / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\n", "GET / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\n" + Ours, TestName = "Max_forwards_means_nothing_to_GET")]
    [TestCase("POST / HTTP/1.1\r\nhost:\th\t\r\nContent-Length:\t000 \r\n", "POST / HTTP/1.1\r\nhost: h\r\nContent-Length: 0\r\n" + Ours, TestName = "What_frames_and_routes_has_no_white_space_to_be_read_in_two_ways")]
    [TestCase("POST / HTTP/1.1\r\nHost:h\r\nContent-Length:5\r\nA:\t1 \r\n", "POST / HTTP/1.1\r\nHost:h\r\nContent-Length:5\r\nA:\t1 \r\n" + Ours, TestName = "Whatever_else_is_left_as_it_is")]
    [TestCase("POST / HTTP/1.1\r\nHost: h\r\nConnection: TE\r\nTE: trailers\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n", "POST / HTTP/1.1\r\nHost: h\r\nTrailer: A\r\n" + Ours + "Transfer-Encoding: chunked\r\nTE: trailers\r\nConnection: TE\r\n", TestName = "Trailers_are_announced_by_who_takes_them_too")]
    [TestCase("OPTIONS / HTTP/1.1\r\nHost: h\r\nConnection: max-forwards\r\nMax-Forwards: 3\r\n", "OPTIONS / HTTP/1.1\r\nHost: h\r\n" + Ours, TestName = "Max_forwards_stops_when_Connection_names_it")]
    public void Request(string from, string to) => Assert.That(WriteRequest(from + "\r\n"), Is.EqualTo(to + "\r\n"));

    [TestCase("HTTP/1.0 200 Fine\r\nA: 1\r\n", "HTTP/1.1 200 Fine\r\nA: 1\r\n", TestName = "The_response_has_our_version")]
    [TestCase("HTTP/1.1 200\r\nX-Forwarded-For: 1\r\n", "HTTP/1.1 200 \r\nX-Forwarded-For: 1\r\n", TestName = "Only_requests_lose_forwarding_fields")]
    [TestCase("HTTP/1.1 204 No\r\nContent-Length: 0\r\nA: 1\r\n", "HTTP/1.1 204 No\r\nA: 1\r\n", TestName = "A_204_states_no_length")]
    [TestCase("HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nLink: x\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n", TestName = "An_interim_response_states_no_length")]
    [TestCase("HTTP/1.1 426 Up\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 0\r\n", "HTTP/1.1 426 Up\r\nContent-Length: 0\r\n", TestName = "An_offer_to_upgrade_stops")]
    [TestCase("HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nB: 1\r\nSet-Cookie: \u00FC \r\n", "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nB: 1\r\nSet-Cookie: \u00FC \r\n", TestName = "Fields_keep_their_order_and_their_bytes")]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: close\r\n", "HTTP/1.1 200 OK\r\n", TestName = "A_response_may_be_left_without_a_field")]
    [TestCase("HTTP/1.1 304 No\r\nContent-Length: 5\r\n", "HTTP/1.1 304 No\r\nContent-Length: 5\r\n", TestName = "A_304_states_its_length")]
    [TestCase("HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n", "HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n", TestName = "An_agreed_upgrade_goes_on")]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: A, close\r\nA: 1\r\nKeep-Alive: x\r\nB: 2\r\n", "HTTP/1.1 200 OK\r\nB: 2\r\n", TestName = "The_backends_connection_is_its_own_affair")]
    public void Response(string from, string to) => Assert.That(WriteResponse(from + "\r\n", default), Is.EqualTo(to + "\r\n"));

    [Test]
    public void What_becomes_of_the_clients_connection_is_said()
    {
        const string head = "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n";
        Assert.That(WriteResponse(head, new ResponseEdits { Close = true, SayKeepAlive = true }), Is.EqualTo("HTTP/1.1 200 OK\r\nA: 1\r\nConnection: close\r\n\r\n"));
        Assert.That(WriteResponse(head, new ResponseEdits { SayKeepAlive = true }), Is.EqualTo("HTTP/1.1 200 OK\r\nA: 1\r\nConnection: keep-alive\r\n\r\n"));
        Assert.That(WriteResponse(head, new ResponseEdits { Chunked = true }), Is.EqualTo("HTTP/1.1 200 OK\r\nA: 1\r\nTransfer-Encoding: chunked\r\n\r\n"));
    }

    /// <summary>Parses, writes and returns what was written; it must fit into what was promised.</summary>
    internal static string WriteRequest(string text)
    {
        var bytes = Parsed.Bytes(text);
        var head = new RequestHead();
        head.Reset();
        Assert.That(RequestParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete), head.Error.ToString());
        var edits = new RequestEdits { ForwardedFor = "10.0.0.7"u8, MissingHost = head.HostIndex < 0 ? "own:80"u8 : default };
        var target = new byte[HeadWriter.MaxRequestLength(bytes, head, in edits)];
        return Encoding.Latin1.GetString(target.AsSpan(0, HeadWriter.WriteRequest(target, bytes, head, in edits)));
    }

    internal static string WriteResponse(string text, ResponseEdits edits)
    {
        var bytes = Parsed.Bytes(text);
        var head = new ResponseHead();
        head.Reset();
        Assert.That(ResponseParser.Parse(bytes, head, HeadLimits.Default), Is.EqualTo(ParseStatus.Complete), head.Error.ToString());
        var target = new byte[HeadWriter.MaxResponseLength(head)];
        return Encoding.Latin1.GetString(target.AsSpan(0, HeadWriter.WriteResponse(target, bytes, head, in edits)));
    }
}
