using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Tasks;
using LbCore.TestKit;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is an nginx with its own configuration, in one process and on a port of its own.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder;
    private readonly ChildProcess _process;

    private NginxServer(TempFolder folder, ChildProcess process, string address)
    {
        _folder = folder;
        _process = process;
        Address = address;
    }

    public string Address { get; }

    /// <summary>
    /// Starts one. <c>/name</c> answers with its name; <c>/files/</c> serves files, <c>/slow/</c> the same ones slowly,
    /// <c>/chunked/</c> in chunks, <c>/trailers/</c> in chunks with a trailer, <c>/close/</c> until it closes;
    /// <c>/upload/</c> takes PUT, <c>/refuse</c> answers 413 before it reads the body.
    /// </summary>
    /// <param name="name">What <c>/name</c> answers.</param>
    /// <param name="more">What else its block <c>http</c> has, such as further servers.</param>
    public static async Task<NginxServer> StartAsync(string name, string more = "")
    {
        var program = Tool.Require("nginx", "nginx-light");
        var folder = new TempFolder();
        folder.Folder("files");
        folder.Folder("upload");
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var configuration = folder.File("nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(folder.Path, port, name, more));
        var process = ChildProcess.Start(program, ["-c", configuration, "-p", folder.Path, "-e", "stderr"]);
        var server = new NginxServer(folder, process, "127.0.0.1:" + port);
        await Eventually.TrueAsync(server.AnswersAsync, StartDeadline, $"nginx answers. {process.Transcript}");
        return server;
    }

    /// <summary>Puts a file of random bytes under <c>/files/</c> and returns its SHA-256.</summary>
    public string AddFile(string name, int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        AddFile(name, content);
        return Convert.ToHexString(SHA256.HashData(content));
    }

    /// <summary>Puts a file under <c>/files/</c>.</summary>
    public void AddFile(string name, byte[] content) => File.WriteAllBytes(FilePath(name), content);

    /// <summary>Returns the path of a file under <c>/files/</c>.</summary>
    public string FilePath(string name) => Path.Combine(_folder.File("files"), name);

    /// <summary>Returns the path of a file that was uploaded.</summary>
    public string UploadPath(string name) => Path.Combine(_folder.File("upload"), name);

    /// <summary>Kills it without a chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.WaitAsync(StartDeadline);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    // One process, so that killing it by its id leaves no worker behind. As root the worker would change to "nobody",
    // who may not enter the temporary folder.
    private static string Configuration(string folder, string port, string name, string more) =>
        $$"""
        daemon off;
        master_process off;
        {{(Environment.IsPrivilegedProcess ? "user root;" : string.Empty)}}
        pid {{folder}}/nginx.pid;
        error_log stderr warn;
        events { worker_connections 2048; }
        http {
          access_log off;
          default_type application/octet-stream;
          client_max_body_size 0;
          client_body_temp_path {{folder}}/client;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          keepalive_requests 1000000;
          server {
            listen 127.0.0.1:{{port}};
            location = /name { return 200 "{{name}}\n"; }
            location /files/ { root {{folder}}; }
            location /slow/ { alias {{folder}}/files/; limit_rate 256k; }
            location /chunked/ { alias {{folder}}/files/; ssi on; ssi_types *; }
            location /trailers/ { alias {{folder}}/files/; ssi on; ssi_types *; add_trailer X-Check passed; }
            location /close/ { alias {{folder}}/files/; ssi on; ssi_types *; chunked_transfer_encoding off; }
            location /upload/ { root {{folder}}; dav_methods PUT; }
            location /refuse { client_max_body_size 1; root {{folder}}; dav_methods PUT; }
          }
          {{more}}
        }
        """;

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"It ended. {_process.Transcript}");
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPEndPoint.Parse(Address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
