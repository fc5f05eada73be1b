using System;
using System.Globalization;
using System.Text;

namespace LbCore.LoadTool;

/// <summary>Holds what the HTTP client and the HTTP backend agree on: the target's digits are how many bytes the answer's body has.</summary>
internal static class HttpExchange
{
    /// <summary>A target that is never answered.</summary>
    public const string Never = "/never";

    /// <summary>Returns the bytes of a request: a tool's, or one with the 20 fields of a browser.</summary>
    public static byte[] Request(string target, string host, bool browser) => Encoding.ASCII.GetBytes(
        $"GET {target} HTTP/1.1\r\nHost: {host}\r\n" + (browser ? BrowserFields : "User-Agent: LbCore.LoadTool\r\nAccept: */*\r\n") + "\r\n");

    public static byte[] Response(int bodyLength)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {bodyLength}\r\n\r\n"));
        var response = new byte[head.Length + bodyLength];
        head.CopyTo(response, 0);
        response.AsSpan(head.Length).Fill((byte)'b');
        return response;
    }

    // What a current Chromium sends for a page, with a session cookie; with Host it makes 20.
    private const string BrowserFields =
        "Connection: keep-alive\r\n"
        + "sec-ch-ua: \"Chromium\";v=\"142\", \"Not_A Brand\";v=\"99\"\r\n"
        + "sec-ch-ua-mobile: ?0\r\n"
        + "sec-ch-ua-platform: \"Linux\"\r\n"
        + "sec-ch-ua-full-version-list: \"Chromium\";v=\"142.0.7444.59\", \"Not_A Brand\";v=\"99.0.0.0\"\r\n"
        + "Upgrade-Insecure-Requests: 1\r\n"
        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n"
        + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8\r\n"
        + "Sec-Fetch-Site: same-origin\r\n"
        + "Sec-Fetch-Mode: navigate\r\n"
        + "Sec-Fetch-User: ?1\r\n"
        + "Sec-Fetch-Dest: document\r\n"
        + "Referer: https://shop.example.com/catalogue/shoes?page=3\r\n"
        + "Accept-Encoding: gzip, deflate, br, zstd\r\n"
        + "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
        + "Cookie: session=4f1c2a9b7d3e8f60a1b2c3d4e5f60718; theme=dark; consent=all; _ga=GA1.1.1234567890.1700000000; basket=3\r\n"
        + "If-None-Match: \"5f3c-61a2b3c4d5e6f\"\r\n"
        + "Cache-Control: max-age=0\r\n"
        + "Priority: u=0, i\r\n";
}
