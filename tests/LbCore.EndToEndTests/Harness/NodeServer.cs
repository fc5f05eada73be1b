using System;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a Node.js program on a port of its own. It may be killed, and started again on the same port.</summary>
internal sealed class NodeServer : HttpBackend
{
    private const string Program =
        """
        const http = require('http'), crypto = require('crypto');
        const known = n => { const b = Buffer.alloc(n); for (let i = 0; i < n; i++) b[i] = i % 251; return b; };
        let waiting = [], ready = 0;
        const next = () => ready > 0 ? (ready--, Promise.resolve()) : new Promise(r => waiting.push(r));
        const server = http.createServer(async (q, s) => {
          const [, what, text] = q.url.split('/'), n = Number(text);
          switch (what) {
            case 'bytes': s.end(known(n)); break;
            case 'file': {
              const whole = known(n), tag = '"' + n + '"', range = /^bytes=(\d*)-(\d*)$/.exec(q.headers.range || '');
              s.setHeader('etag', tag); s.setHeader('accept-ranges', 'bytes');
              if (q.headers['if-none-match'] === tag) { s.statusCode = 304; s.end(); break; }
              let from = 0, to = n - 1;
              if (range) {
                [from, to] = range[1] === '' ? [n - Number(range[2]), to] : [Number(range[1]), range[2] === '' ? to : Math.min(to, Number(range[2]))];
                s.statusCode = from > to ? 416 : 206; s.setHeader('content-range', from > to ? 'bytes */' + n : 'bytes ' + from + '-' + to + '/' + n);
              }
              const part = whole.subarray(from, to + 1); s.setHeader('content-length', part.length); s.end(part); break;
            }
            case 'trailers': s.setHeader('trailer', 'X-Check'); s.write(known(n)); s.addTrailers({ 'X-Check': 'passed' }); s.end(); break;
            case 'close': s.removeHeader('transfer-encoding'); s.write(known(n)); s.end(); break;
            case 'hints': s.writeEarlyHints({ link: '</style.css>; rel=preload' }); s.writeProcessing(); s.end('hinted'); break;
            case 'refuse': s.statusCode = 413; s.end('refused'); break;
            case 'chunked': { const b = known(n); for (let i = 0; i < n; i += 10000) s.write(b.subarray(i, i + 10000)); s.end(); break; }
            case 'echo': if (q.headers['content-length']) s.setHeader('content-length', q.headers['content-length']); s.flushHeaders(); q.pipe(s); break;
            case 'hash': { const h = crypto.createHash('sha256'); q.on('data', d => h.update(d)); q.on('end', () => s.end(h.digest('hex').toUpperCase())); break; }
            case 'fields': { let t = ''; for (let i = 0; i < q.rawHeaders.length; i += 2) t += q.rawHeaders[i] + ': ' + q.rawHeaders[i + 1] + '\n'; s.end(t); break; }
            case 'events': s.writeHead(200, { 'content-type': 'text/event-stream' }); s.flushHeaders(); for (let i = 0; i < 3; i++) { await next(); s.write('data: ' + i + '\n\n'); } s.end(); break;
            case 'event': if (waiting.length) waiting.shift()(); else ready++; s.end(); break;
            case 'slow': setTimeout(() => s.end('slow'), n); break;
            default: s.statusCode = n; s.end();
          }
        });
        // Node has no web socket server: this one sends each frame back without the client's mask.
        const messages = (q, socket, head) => {
          const accept = crypto.createHash('sha1').update(q.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ' + accept + '\r\n\r\n');
          let got = head;
          const frames = () => {
            while (got.length >= 2) {
              const short = got[1] & 127, at = short < 126 ? 2 : short === 126 ? 4 : 10;
              if (got.length < at + 4) return;
              const size = short < 126 ? short : short === 126 ? got.readUInt16BE(2) : Number(got.readBigUInt64BE(2));
              if (got.length < at + 4 + size) return;
              const first = Buffer.from(got.subarray(0, at)), body = Buffer.from(got.subarray(at + 4, at + 4 + size));
              for (let i = 0; i < size; i++) body[i] ^= got[at + i % 4];
              first[1] &= 127;
              socket.write(Buffer.concat([first, body]));
              got = got.subarray(at + 4 + size);
              if ((first[0] & 15) === 8) socket.end();
            }
          };
          socket.on('error', () => { }); socket.on('data', d => { got = Buffer.concat([got, d]); frames(); }); frames();
        };
        server.on('upgrade', (q, socket, head) => {
          if (q.url === '/messages') { messages(q, socket, head); return; }
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ' + q.headers.upgrade + '\r\n\r\n');
          if (head.length) socket.write(head);
          socket.on('error', () => { }); socket.pipe(socket);
        });
        server.on('checkContinue', (q, s) => { if (q.url !== '/refuse') s.writeContinue(); server.emit('request', q, s); });
        server.keepAliveTimeout = 60000;
        server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder;
    private readonly string _node;
    private readonly string _port;
    private readonly string[] _arguments;
    private ChildProcess _process;

    private NodeServer(TempFolder folder, string node, string port, string[] arguments)
    {
        _folder = folder;
        _node = node;
        _port = port;
        _arguments = arguments;
        _process = Run();
    }

    public override string Address => "127.0.0.1:" + _port;

    public static async Task<HttpBackend> StartAsync() => await StartNodeAsync();

    public static Task<NodeServer> StartNodeAsync() => StartProgramAsync(Program);

    /// <summary>Starts another program, which says "listening" when it does. Its first argument is its port.</summary>
    public static async Task<NodeServer> StartProgramAsync(string program, params string[] arguments)
    {
        var node = Tool.Require("node", "nodejs");
        var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("server.js"), program);
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var server = new NodeServer(folder, node, port, arguments);
        await server._process.ReadLineAsync(static line => line == "listening", Deadline);
        return server;
    }

    /// <summary>Kills it without a chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.WaitAsync(Deadline);
    }

    /// <summary>Starts it again, after it was killed.</summary>
    public async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = Run();
        await _process.ReadLineAsync(static line => line == "listening", Deadline);
    }

    public override async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private ChildProcess Run() => ChildProcess.Start(_node, [_folder.File("server.js"), _port, .. _arguments]);
}
