using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace LbCore.Vectors;

/// <summary>A proxy with a configuration as its documentation recommends, before the recording backend. Its end is the process's.</summary>
internal sealed class ProxyProcess : IDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private ProxyProcess(DirectoryInfo folder, Process process, IPEndPoint endPoint)
    {
        _folder = folder;
        _process = process;
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    public static async Task<ProxyProcess> StartAsync(string name, int backendPort)
    {
        var folder = Directory.CreateTempSubdirectory("vectors-");
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort());
        var port = endPoint.Port.ToString(CultureInfo.InvariantCulture);
        var file = Path.Combine(folder.FullName, "proxy.conf");
        var backend = backendPort.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(file, name == "nginx" ? Nginx(folder.FullName, port, backend) : HAProxy(port, backend));
        var start = name switch
        {
            "lbcore" => new ProcessStartInfo(Sibling("lbcore"), ["proxy", "--listen", endPoint.ToString(), "--backend", "127.0.0.1:" + backend]),
            "nginx" => new ProcessStartInfo("nginx", ["-c", file, "-p", folder.FullName, "-e", "stderr"]),
            "haproxy" => new ProcessStartInfo("haproxy", ["-db", "-f", file]),
            _ => throw new ArgumentException($"There is no proxy of the name \"{name}\": lbcore, nginx or haproxy.", nameof(name)),
        };
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var proxy = new ProxyProcess(folder, process, endPoint);
        await proxy.WaitUntilReadyAsync();
        return proxy;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task WaitUntilReadyAsync()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(EndPoint);
                return;
            }
            catch (SocketException) when (!_process.HasExited && clock.Elapsed < StartDeadline)
            {
                await Task.Delay(50);
            }
        }
    }

    // Those who are told their port need one that is free.
    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    // tests/LbCore.Vectors/bin/<configuration>/<framework>/
    private static string Sibling(string program)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var configuration = framework.Parent!;
        var root = configuration.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "src", "LbCore.Server", "bin", configuration.Name, framework.Name, program);
    }

    private static string Nginx(string folder, string port, string backend) =>
        $$"""
        daemon off;
        master_process off;
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        pid {{folder}}/nginx.pid;
        error_log stderr crit;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/client;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
          upstream backend { server 127.0.0.1:{{backend}} max_fails=0; keepalive 8; }
          server {
            listen 127.0.0.1:{{port}};
            location / {
              proxy_pass http://backend;
              proxy_http_version 1.1;
              proxy_set_header Host $host;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Connection $connection_upgrade;
            }
          }
        }
        """;

    private static string HAProxy(string port, string backend) =>
        $"""
        defaults
          mode http
          timeout connect 5s
          timeout client 30s
          timeout server 30s
        listen proxy
          bind 127.0.0.1:{port}
          server backend 127.0.0.1:{backend}

        """;
}
