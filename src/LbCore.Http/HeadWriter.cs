using System;

namespace LbCore.Http;

/// <summary>Writes heads anew from parsed ones: the start line, the fields that go on byte for byte, and our own.</summary>
internal static class HeadWriter
{
    // Lines that are written anew are never longer. Room for the fields of our own beside those of forwarding and a missing Host.
    private const int OwnFields = 200;

    private static readonly FieldSet WithoutBody = FieldSet.Of(KnownField.ContentLength);

    /// <summary>Returns a number of bytes that <see cref="WriteRequest"/> never exceeds.</summary>
    public static int MaxRequestLength(ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits) =>
        head.Length + edits.MissingHost.Length + ForwardingWriter.MaxLength(bytes, head, in edits)
        + edits.Target.Length + edits.Host.Length + (edits.Fields?.Lines.Length ?? 0) + OwnFields;

    /// <summary>Writes the head of a request for the backend, always as HTTP/1.1 and in origin form. Returns its length.</summary>
    public static int WriteRequest(Span<byte> target, ReadOnlySpan<byte> bytes, RequestHead head, in RequestEdits edits)
    {
        var writer = new SpanWriter(target);
        WriteRequestLine(ref writer, bytes, head, edits.Target);
        if (head.HostIndex < 0 || !edits.Host.IsEmpty)
        {
            writer.Write("Host: "u8);

            // A target that names the host is what the backend would have seen (RFC 9112 section 3.2.2).
            writer.Write(!edits.Host.IsEmpty ? edits.Host
                : head.AuthorityEnd > 0 ? bytes[head.AuthorityStart..head.AuthorityEnd]
                : edits.MissingHost);
            writer.Write("\r\n"u8);
        }

        var dropped = edits.Forwarding.Dropped;
        WriteFields(ref writer, bytes, head, edits.Host.IsEmpty ? dropped : dropped.With(KnownField.Host), edits.Fields, edits.DroppedCookies);
        ForwardingWriter.Write(ref writer, bytes, head, in edits);
        if (head.MaxForwards > 0)
        {
            writer.Write("Max-Forwards: "u8);
            writer.WriteNumber(head.MaxForwards - 1);
            writer.Write("\r\n"u8);
        }

        if (head.Framing.Kind == BodyKind.Chunked)
        {
            writer.Write("Transfer-Encoding: chunked\r\n"u8);
        }

        if (head.AcceptsTrailers && !head.WantsUpgrade)
        {
            writer.Write("TE: trailers\r\nConnection: TE\r\n"u8);
        }

        if (head.WantsUpgrade)
        {
            WriteUpgrade(ref writer, bytes, head);
        }

        writer.Write("\r\n"u8);
        return writer.Written;
    }

    /// <summary>Returns a number of bytes that <see cref="WriteResponse"/> never exceeds.</summary>
    public static int MaxResponseLength(ResponseHead head, in ResponseEdits edits = default) =>
        head.Length + (edits.Fields?.Lines.Length ?? 0) + OwnFields;

    /// <summary>Writes the head of a response for the client, always as HTTP/1.1. Returns its length.</summary>
    public static int WriteResponse(Span<byte> target, ReadOnlySpan<byte> bytes, ResponseHead head, in ResponseEdits edits)
    {
        var writer = new SpanWriter(target);
        writer.Write("HTTP/1.1 "u8);
        WriteStatus(ref writer, bytes[head.StatusStart..head.StatusLineEnd]);

        // A 1xx or 204 that states a length is misread (RFC 9110 section 8.6).
        var dropped = head.Status is < 200 or 204 ? WithoutBody : default;
        WriteFields(ref writer, bytes, head, edits.Via ? dropped.With(KnownField.Via) : dropped, edits.Fields, cookies: null);
        if (!head.Present.Contains(KnownField.Date))
        {
            writer.Write(edits.Date.Span);
        }

        if (edits.Via)
        {
            ForwardingWriter.WriteVia(ref writer, bytes, head);
        }

        if (edits.Chunked)
        {
            writer.Write("Transfer-Encoding: chunked\r\n"u8);
        }

        if (head.Status == 101)
        {
            WriteUpgrade(ref writer, bytes, head);
        }
        else if (edits.Close)
        {
            writer.Write("Connection: close\r\n"u8);
        }
        else if (edits.SayKeepAlive)
        {
            writer.Write("Connection: keep-alive\r\n"u8);
        }

        writer.Write("\r\n"u8);
        return writer.Written;
    }

    private static void WriteStatus(ref SpanWriter writer, ReadOnlySpan<byte> statusAndReason)
    {
        const int digits = 3;
        if (statusAndReason[digits] == '\r')
        {
            // The space is there also when no reason is (RFC 9112 section 4), and some clients rely on it.
            writer.Write(statusAndReason[..digits]);
            writer.Write((byte)' ');
            statusAndReason = statusAndReason[digits..];
        }

        writer.Write(statusAndReason);
    }

    private static void WriteRequestLine(ref SpanWriter writer, ReadOnlySpan<byte> bytes, RequestHead head, ReadOnlySpan<byte> target)
    {
        writer.Write(head.MethodOf(bytes));
        writer.Write((byte)' ');
        if (!target.IsEmpty)
        {
            writer.Write(target);
        }
        else if (head.AuthorityEnd == 0)
        {
            writer.Write(head.TargetOf(bytes));
        }
        else
        {
            WriteOriginForm(ref writer, head.PathOf(bytes), head.Method);
        }

        writer.Write(" HTTP/1.1\r\n"u8);
    }

    // RFC 9112 section 3.2.1: an empty path is "/", and that of OPTIONS is "*".
    private static void WriteOriginForm(ref SpanWriter writer, ReadOnlySpan<byte> pathAndQuery, HttpMethod method)
    {
        if (pathAndQuery.IsEmpty && method == HttpMethod.Options)
        {
            writer.Write((byte)'*');
            return;
        }

        if (pathAndQuery.IsEmpty || pathAndQuery[0] != '/')
        {
            writer.Write((byte)'/');
        }

        writer.Write(pathAndQuery);
    }

    /// <summary>Copies the fields that go on, in runs as long as can be, and those that are set.</summary>
    private static void WriteFields(
        ref SpanWriter writer, ReadOnlySpan<byte> bytes, MessageHead head, FieldSet dropped, FieldEdits? edits, CookieNames? cookies)
    {
        var fields = head.Fields;
        if (edits is not null)
        {
            writer.Write(edits.Lines.Span);
        }

        if (fields.IsEmpty)
        {
            return;
        }

        var from = fields[0].Start;
        foreach (ref readonly var field in fields)
        {
            if (field.IsHopByHop || dropped.Contains(field.Known)
                || (edits is not null && edits.Dropped.Contains(bytes.Slice(field.Start, field.NameLength))))
            {
                writer.Write(bytes[from..field.Start]);
                from = field.End;
            }
            else if (cookies is not null && field.Known == KnownField.Cookie
                && CookieCutter.TryWrite(ref writer, bytes[from..field.Start], bytes, in field, cookies))
            {
                from = field.End;
            }
            else if (field.Known is KnownField.ContentLength or KnownField.Host && !IsPlain(bytes, in field))
            {
                writer.Write(bytes[from..(field.Start + field.NameLength)]);
                from = field.End;
                writer.Write(": "u8);
                writer.Write(MessageHead.ValueOf(bytes, in field)[LeadingZeros(bytes, in field)..]);
                writer.Write("\r\n"u8);
            }
        }

        writer.Write(bytes[from..fields[^1].End]);
    }

    // What frames and routes leaves nothing to the next reader's taste: no white space but one, no zeros that could mean octal.
    private static bool IsPlain(ReadOnlySpan<byte> bytes, in HeaderField field)
    {
        var before = field.ValueStart - field.Start - field.NameLength - 1;
        return field.End == field.ValueStart + field.ValueLength + 2
            && (before == 0 || (before == 1 && bytes[field.ValueStart - 1] == ' '))
            && LeadingZeros(bytes, in field) == 0;
    }

    private static int LeadingZeros(ReadOnlySpan<byte> bytes, in HeaderField field)
    {
        var value = MessageHead.ValueOf(bytes, in field);
        return field.Known == KnownField.ContentLength && value.Length > 1 && value[0] == '0'
            ? value.Length - Math.Max(value.TrimStart((byte)'0').Length, 1) : 0;
    }

    private static void WriteUpgrade(ref SpanWriter writer, ReadOnlySpan<byte> bytes, MessageHead head)
    {
        writer.Write("Connection: upgrade\r\n"u8);
        foreach (ref readonly var field in head.Fields)
        {
            if (field.Known == KnownField.Upgrade)
            {
                writer.Write(bytes[field.Start..field.End]);
            }
        }
    }
}
