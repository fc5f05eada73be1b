using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using LbCore.EndToEndTests.Harness;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>Is a server of any kind that has the same content: <see cref="HttpBackend.Known"/> bytes in every framing.</summary>
internal sealed class Site : IAsyncDisposable
{
    public const string Nginx = "nginx";

    private readonly HttpBackend? _program;
    private readonly NginxServer? _nginx;

    private Site(HttpBackend? program, NginxServer? nginx)
    {
        _program = program;
        _nginx = nginx;
    }

    public static string[] Kinds { get; } = [.. HttpBackend.Kinds, Nginx];

    public string Address => _nginx?.Address ?? _program!.Address;

    public static async Task<Site> StartAsync(string kind) => kind == Nginx
        ? new Site(null, await NginxServer.StartAsync(kind))
        : new Site(await HttpBackend.StartAsync(kind), null);

    /// <summary>Returns the path of so many known bytes, served in one of the ways <c>file</c>, <c>chunked</c>, <c>trailers</c>, <c>close</c>.</summary>
    public string PathOf(string how, int length)
    {
        var number = length.ToString(CultureInfo.InvariantCulture);
        if (_nginx is null)
        {
            return $"/{how}/{number}";
        }

        if (!File.Exists(_nginx.FilePath(number)))
        {
            _nginx.AddFile(number, HttpBackend.Known(length));
        }

        return how == "file" ? $"/files/{number}" : $"/{how}/{number}";
    }

    /// <summary>Returns the path where a body may be put.</summary>
    public string UploadPath(string name) => _nginx is null ? "/hash" : $"/upload/{name}";

    /// <summary>Returns the SHA-256 of what has arrived there; the others than nginx answer with it.</summary>
    public string UploadedHash(string name, string answer) =>
        _nginx is null ? answer : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(_nginx.UploadPath(name))));

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }

        if (_program is not null)
        {
            await _program.DisposeAsync();
        }
    }
}
