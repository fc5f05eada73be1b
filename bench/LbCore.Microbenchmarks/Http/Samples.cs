using System.Text;

namespace LbCore.Microbenchmarks.Http;

/// <summary>Messages as real programs send them.</summary>
internal static class Samples
{
    public static readonly byte[] SmallRequest = Encoding.ASCII.GetBytes(
        "GET /api/items?id=17 HTTP/1.1\r\nHost: shop.example.com\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n");

    public static readonly byte[] BrowserRequest = Encoding.ASCII.GetBytes(
        "GET /catalogue/shoes?page=3 HTTP/1.1\r\nHost: shop.example.com\r\nConnection: keep-alive\r\n"
        + "sec-ch-ua: \"Chromium\";v=\"142\", \"Not_A Brand\";v=\"99\"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\n"
        + "Upgrade-Insecure-Requests: 1\r\n"
        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n"
        + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8\r\n"
        + "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n"
        + "Referer: https://shop.example.com/catalogue/shoes?page=2\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
        + "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
        + "Cookie: session=4f1c2a9b7d3e8f60a1b2c3d4e5f60718; theme=dark; consent=all; _ga=GA1.1.1234567890.1700000000; basket=3\r\n"
        + "If-None-Match: \"5f3c-61a2b3c4d5e6f\"\r\nCache-Control: max-age=0\r\nPriority: u=0, i\r\nDNT: 1\r\n\r\n");

    public static readonly byte[] ResponseHead = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Wed, 25 Nov 2026 11:00:00 GMT\r\nContent-Type: text/html\r\n"
        + "Content-Length: 5\r\nConnection: keep-alive\r\nETag: \"65a-1\"\r\n\r\n");

    public static readonly byte[] ResponseBody = "hello"u8.ToArray();

    /// <summary>Returns the head of a request with cookies of a kind; see <see cref="CookieBenchmarks.Field"/>.</summary>
    public static byte[] WithCookies(string kind)
    {
        const string ours = "LbCore=v1.k1.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR.0123456789abcdefghijkl";
        const int size = 4096;
        var field = new StringBuilder();
        switch (kind)
        {
            case "browser":
                field.Append("session=4f1c2a9b7d3e8f60a1b2c3d4e5f60718; theme=dark; consent=all; _ga=GA1.1.1234567890.1700000000; ").Append(ours).Append("; basket=3");
                break;
            case "semicolons":
                field.Append(';', size);
                break;
            case "names":
                field.Insert(0, "LbCore;", size / 7);
                break;
            default:
                for (var i = 0; field.Length < size - ours.Length; i++)
                {
                    field.Append("name").Append(i).Append("=0123456789abcdefghijklmnopqrstuv; ");
                }

                field.Append(kind == "last" ? ours : "other=x");
                break;
        }

        return Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: shop.example.com\r\nCookie: {field}\r\n\r\n");
    }

    /// <summary>Returns a chunked body of 64 KiB in chunks of one size.</summary>
    public static byte[] Chunked(int chunk)
    {
        var body = new StringBuilder();
        for (var left = 64 * 1024; left > 0; left -= chunk)
        {
            body.Append(chunk.ToString("x", System.Globalization.CultureInfo.InvariantCulture)).Append("\r\n").Append('b', chunk).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(body.Append("0\r\n\r\n").ToString());
    }
}
