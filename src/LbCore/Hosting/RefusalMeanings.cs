using System;
using System.Globalization;
using System.Linq;
using System.Text;
using LbCore.Http;

namespace LbCore.Hosting;

/// <summary>What the words mean that the access log and explanations say of refused messages. Any thread.</summary>
internal static class RefusalMeanings
{
    /// <summary>Returns what a word means, as a part of a sentence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no reason.</exception>
    public static string Of(HttpError error) => error switch
    {
        HttpError.RequestLine => "the request line is not METHOD SP target SP HTTP/x.y CRLF with single spaces",
        HttpError.Method => "the method has a character that no token has, or more than 64",
        HttpError.Target => "the target is none of the forms that its method allows, or has a byte that no target has",
        HttpError.Path => "there are routes, and the path climbs above the root, has \"..\" behind a double slash, or a \"%\" without two hexadecimal digits",
        HttpError.TargetTooLong => "the target is longer than its limit, or the request line does not fit into the head's",
        HttpError.Version => "it is HTTP, but neither 1.0 nor 1.1",
        HttpError.Connect => "the method is CONNECT",
        HttpError.MaxForwards => "Max-Forwards of TRACE or OPTIONS is repeated or no number",
        HttpError.NoForwardsLeft => "Max-Forwards lets TRACE or OPTIONS go no further, and neither is done here",
        HttpError.StatusLine => "the status line is not HTTP/1.x SP three digits",
        HttpError.BareLf => "there is a LF without a CR before it",
        HttpError.BareCr => "there is a CR without a LF behind it",
        HttpError.Fold => "a field line begins with white space",
        HttpError.SpaceBeforeColon => "there is white space between a field's name and its colon",
        HttpError.FieldName => "a field's name is empty or has a character that no token has, or its colon is missing",
        HttpError.FieldValue => "a field's value has NUL or another control character",
        HttpError.HeadTooLarge => "the head is larger than its limit",
        HttpError.TooManyFields => "the head has more fields than its limit",
        HttpError.HostMissing => "there is no Host field, where HTTP/1.1 or a redirect to the request's host needs one",
        HttpError.HostRepeated => "there are several Host fields",
        HttpError.Host => "the Host field is empty, or is not a host with or without a port",
        HttpError.HostMismatch => "the target names another host than the Host field",
        HttpError.ContentLength => "Content-Length is not one decimal number of up to 18 digits",
        HttpError.UnderscoreInName => "a field's name has an underscore, and the listener rejects those",
        HttpError.ContentLengthRepeated => "there are several Content-Length fields, equal or not",
        HttpError.LengthAndCoding => "there are both Content-Length and Transfer-Encoding",
        HttpError.TransferEncoding => "Transfer-Encoding is repeated, malformed, a list, or sent with HTTP/1.0",
        HttpError.UnknownCoding => "the transfer coding is another than chunked",
        HttpError.Connection => "Connection is malformed, names more than 32 fields, or one that the message needs",
        HttpError.ChunkSize => "a chunk's size is empty, not hexadecimal, too large, or followed by anything but an extension or CRLF",
        HttpError.ChunkExtension => "a chunk extension has a control character or is too long",
        HttpError.ChunkEnd => "a chunk's data is not followed by CRLF",
        HttpError.Trailer => "a trailer line is malformed",
        HttpError.TrailersTooLarge => "the trailers are larger, or more, than their limit",
        HttpError.SwitchingProtocols => "a 101 response is not HTTP/1.1, or names no protocol that was asked for",
        HttpError.TooManyInterims => "there are more interim responses than may come before a final one",
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, null),
    };

    /// <summary>Returns all words as a table in Markdown, as the documentation has them.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("| Word | Means | Status |\n|---|---|---|\n");
        foreach (var error in Enum.GetValues<HttpError>().Where(static error => error != HttpError.None))
        {
            // Requests have none of these.
            var status = error is HttpError.StatusLine or HttpError.SwitchingProtocols or HttpError.TooManyInterims ? 502 : HttpErrors.StatusOf(error);
            text.Append(CultureInfo.InvariantCulture, $"| `{error}` | {Of(error)} | {status} |\n");
        }

        return text.ToString();
    }
}
