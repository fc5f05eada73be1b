using System;

namespace LbCore.Http;

/// <summary>Writes the forwarding fields of a request, each in one line.</summary>
internal static class ForwardingWriter
{
    // The names of all fields, what stands around their values, a port and an identifier.
    private const int FixedLength = 320;

    // A name of its own, which hides where it runs (RFC 9110 section 7.6.3).
    private static ReadOnlySpan<byte> Pseudonym => "1.1 lbcore"u8;

    /// <summary>Returns a number of bytes that <see cref="Write"/> never exceeds beyond those of the lines that do not go on.</summary>
    public static int MaxLength(ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits) =>
        FixedLength + (3 * edits.ForwardedFor.Length) + edits.RequestId.Length + (2 * HostOf(bytes, head, in edits).Length);

    public static void Write(ref SpanWriter writer, ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits)
    {
        var written = edits.Forwarding.Written;
        if (written.Contains(KnownField.XForwardedFor))
        {
            BeginList(ref writer, "X-Forwarded-For: "u8, KnownField.XForwardedFor, bytes, head, in edits);
            writer.Write(edits.ForwardedFor);
            writer.Write("\r\n"u8);
        }

        if (written.Contains(KnownField.XForwardedProto))
        {
            WriteOne(ref writer, "X-Forwarded-Proto: "u8, KnownField.XForwardedProto, edits.IsHttps ? "https"u8 : "http"u8, bytes, head, in edits);
        }

        if (written.Contains(KnownField.XRequestId))
        {
            WriteOne(ref writer, "X-Request-Id: "u8, KnownField.XRequestId, edits.RequestId, bytes, head, in edits);
        }

        if (written.Contains(KnownField.XForwardedHost))
        {
            WriteOne(ref writer, "X-Forwarded-Host: "u8, KnownField.XForwardedHost, HostOf(bytes, head, in edits), bytes, head, in edits);
        }

        if (written.Contains(KnownField.XForwardedPort))
        {
            WritePort(ref writer, bytes, head, in edits);
        }

        if (written.Contains(KnownField.XRealIp))
        {
            WriteOne(ref writer, "X-Real-IP: "u8, KnownField.XRealIp, edits.ForwardedFor, bytes, head, in edits);
        }

        if (written.Contains(KnownField.Forwarded))
        {
            WriteForwarded(ref writer, bytes, head, in edits);
        }

        if (written.Contains(KnownField.Via))
        {
            BeginList(ref writer, "Via: "u8, KnownField.Via, bytes, head, in edits);
            writer.Write(head.IsHttp11 ? Pseudonym : "1.0 lbcore"u8);
            writer.Write("\r\n"u8);
        }
    }

    /// <summary>Writes Via of a response, which names who came before.</summary>
    public static void WriteVia(ref SpanWriter writer, ReadOnlySpan<byte> bytes, ResponseHead head)
    {
        writer.Write("Via: "u8);
        WriteValues(ref writer, KnownField.Via, bytes, head);
        writer.Write(head.IsHttp11 ? Pseudonym : "1.0 lbcore"u8);
        writer.Write("\r\n"u8);
    }

    // RFC 7239 section 4.
    private static void WriteForwarded(ref SpanWriter writer, ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits)
    {
        BeginList(ref writer, "Forwarded: "u8, KnownField.Forwarded, bytes, head, in edits);

        // A colon is no part of a token, and an IPv6 address is in brackets.
        var isV6 = edits.ForwardedFor.Contains((byte)':');
        writer.Write(isV6 ? "for=\"["u8 : "for="u8);
        writer.Write(edits.ForwardedFor);
        writer.Write(isV6 ? "]\";proto="u8 : ";proto="u8);
        writer.Write(edits.IsHttps ? "https"u8 : "http"u8);
        var host = HostOf(bytes, head, in edits);
        if (!host.IsEmpty)
        {
            // No host has a quote or a backslash.
            var isToken = !host.ContainsAnyExcept(Characters.Token);
            writer.Write(isToken ? ";host="u8 : ";host=\""u8);
            writer.Write(host);
            writer.Write(isToken ? ""u8 : "\""u8);
        }

        writer.Write("\r\n"u8);
    }

    private static void WritePort(ref SpanWriter writer, ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits)
    {
        Span<byte> text = stackalloc byte[8];
        System.Buffers.Text.Utf8Formatter.TryFormat(edits.LocalPort, text, out var length);
        WriteOne(ref writer, "X-Forwarded-Port: "u8, KnownField.XForwardedPort, edits.LocalPort == 0 ? default : text[..length], bytes, head, in edits);
    }

    // One line for all of a list: many backends read only the first one.
    private static void BeginList(
        ref SpanWriter writer, ReadOnlySpan<byte> name, KnownField field, ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits)
    {
        writer.Write(name);
        if (edits.Forwarding.Kept.Contains(field))
        {
            WriteValues(ref writer, field, bytes, head);
        }
    }

    private static void WriteValues(ref SpanWriter writer, KnownField field, ReadOnlySpan<byte> bytes, MessageHead head)
    {
        foreach (ref readonly var line in head.Fields)
        {
            if (line.Known == field && !line.IsHopByHop && line.ValueLength > 0)
            {
                writer.Write(MessageHead.ValueOf(bytes, in line));
                writer.Write(", "u8);
            }
        }
    }

    /// <summary>Writes a field that has one value: the sender's if that counts and there is exactly one that makes sense, otherwise ours.</summary>
    private static void WriteOne(
        ref SpanWriter writer,
        ReadOnlySpan<byte> name,
        KnownField field,
        scoped ReadOnlySpan<byte> ours,
        ReadOnlySpan<byte> bytes,
        RequestHead head,
        in RequestEdits edits)
    {
        var value = ours;
        if (edits.Forwarding.Kept.Contains(field))
        {
            var sent = OnlyValue(field, bytes, head);
            value = sent.IsEmpty ? ours : sent;
        }

        if (!value.IsEmpty)
        {
            writer.Write(name);
            writer.Write(value);
            writer.Write("\r\n"u8);
        }
    }

    private static ReadOnlySpan<byte> OnlyValue(KnownField field, ReadOnlySpan<byte> bytes, RequestHead head)
    {
        var found = -1;
        var fields = head.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Known != field || fields[i].IsHopByHop)
            {
                continue;
            }

            if (found >= 0)
            {
                return default;
            }

            found = i;
        }

        var value = found < 0 ? default : MessageHead.ValueOf(bytes, in fields[found]);
        return field == KnownField.XRequestId && !Identifiers.IsGood(value) ? default : value;
    }

    private static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits) =>
        head.HostIndex >= 0 || head.AuthorityEnd > 0 ? head.AuthorityOf(bytes) : edits.MissingHost;
}
