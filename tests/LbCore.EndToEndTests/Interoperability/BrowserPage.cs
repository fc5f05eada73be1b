using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace LbCore.EndToEndTests.Interoperability;

/// <summary>Is a page with 50 assets that checks by itself what it gets, and reports it by <c>POST /report</c>: what went wrong, one a line.</summary>
internal static class BrowserPage
{
    public const int Scripts = 20;
    public const int Styles = 15;
    public const int Images = 15;
    public const int Events = 10;

    // Each asset is checked by what it does: a script by the mark that it leaves, a style by the width that it gives, an
    // image by its own width. An event is acknowledged before the server sends the next one.
    private const string Script =
        """
        const failures = [], marks = [];
        const check = (ok, what) => { if (!ok) failures.push(what); };
        const known = n => Uint8Array.from({ length: n }, (_, i) => i % 251);
        const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

        function assets() {
          check(marks.length === SCRIPTS && marks.every((mark, i) => mark === i), 'scripts: ' + marks);
          for (let i = 0; i < STYLES; i++) {
            const width = getComputedStyle(document.getElementById('style' + i)).width;
            check(width === (i + 1) + 'px', 'style ' + i + ': ' + width);
          }
          for (let i = 0; i < IMAGES; i++) {
            const image = document.getElementById('image' + i);
            check(image.complete && image.naturalWidth === i + 1, 'image ' + i + ': ' + image.naturalWidth);
          }
          const loaded = performance.getEntriesByType('resource').filter(entry => entry.name.includes('/assets/'));
          check(loaded.length === SCRIPTS + STYLES + IMAGES, 'assets: ' + loaded.length);
          for (const entry of loaded) check(entry.responseStatus === 200 && entry.nextHopProtocol === 'http/1.1', entry.name + ': ' + entry.responseStatus + ' ' + entry.nextHopProtocol);
          check(document.cookie === 'second=2', 'cookies: ' + document.cookie);
          return loaded.map(entry => entry.name);
        }

        async function revalidate(names) {
          for (const response of await Promise.all(names.map(name => fetch(name, { cache: 'no-cache' }))))
            check(response.status === 200 && (await response.arrayBuffer()).byteLength > 0, 'again ' + response.url + ': ' + response.status);
        }

        const events = () => new Promise(done => {
          let next = 0;
          const source = new EventSource('/events');
          source.onmessage = async e => {
            check(e.data === 'event ' + next && e.lastEventId === String(next), 'event ' + next + ': ' + e.data + ' ' + e.lastEventId);
            await fetch('/acknowledge/' + next++, { method: 'POST' });
          };
          source.addEventListener('last', () => { source.close(); check(next === EVENTS, 'events: ' + next); done(); });
        });

        const socket = () => new Promise(done => {
          const messages = ['', 'ä'.repeat(40000), known(0), known(1), known(70000), known(1048576)];
          const echo = new WebSocket('ws://' + location.host + '/socket');
          let next = 0;
          echo.binaryType = 'arraybuffer';
          echo.onopen = () => messages.forEach(message => echo.send(message));
          echo.onmessage = e => {
            const sent = messages[next];
            check(typeof sent === 'string' ? e.data === sent : same(new Uint8Array(e.data), sent), 'message ' + next);
            if (++next === messages.length) echo.close(1000, 'enough');
          };
          echo.onclose = e => {
            check(next === messages.length && e.wasClean && e.code === 1000 && e.reason === 'enough', 'socket: ' + next + ' ' + e.code + ' ' + e.reason);
            done();
          };
        });

        async function upload() {
          const body = known(1048576), response = await fetch('/echo', { method: 'POST', body });
          check(same(new Uint8Array(await response.arrayBuffer()), body), 'upload');
        }

        addEventListener('load', async () => {
          try {
            await revalidate(assets());
            await events();
            await socket();
            await upload();
          } catch (e) {
            failures.push(String(e.stack));
          }
          await fetch('/report', { method: 'POST', body: failures.join('\n') });
        });
        """;

    /// <summary>Gets the page.</summary>
    public static string Html { get; } = Write();

    /// <summary>Returns an asset by its name, with its type. They have from a few bytes to 150 000.</summary>
    public static (string Type, byte[] Content) Asset(string name)
    {
        var number = int.Parse(string.Concat(name.Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
        var padding = $"/*{new string('.', number * number * 400)}*/";
        return name.Split(number.ToString(CultureInfo.InvariantCulture))[0] switch
        {
            "script" => ("text/javascript", Encoding.ASCII.GetBytes($"{padding} marks.push({number});")),
            "style" => ("text/css", Encoding.ASCII.GetBytes($"{padding} #style{number} {{ width: {number + 1}px; }}")),
            _ => ("image/bmp", Bitmap(number + 1, 500)),
        };
    }

    private static string Write()
    {
        var script = Script
            .Replace("SCRIPTS", Text(Scripts), StringComparison.Ordinal)
            .Replace("STYLES", Text(Styles), StringComparison.Ordinal)
            .Replace("IMAGES", Text(Images), StringComparison.Ordinal)
            .Replace("EVENTS", Text(Events), StringComparison.Ordinal);
        IEnumerable<string> lines =
        [
            "<!DOCTYPE html><meta charset=utf-8><title>LbCore</title>",
            $"<script>{script}</script>",
            .. Enumerable.Range(0, Styles).Select(static i => $"<link rel=stylesheet href=/assets/style{i}.css>"),
            .. Enumerable.Range(0, Scripts).Select(static i => $"<script src=/assets/script{i}.js></script>"),
            .. Enumerable.Range(0, Styles).Select(static i => $"<div id=style{i}></div>"),
            .. Enumerable.Range(0, Images).Select(static i => $"<img id=image{i} src=/assets/image{i}.bmp>"),
        ];
        return string.Join('\n', lines);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // 24 bits a pixel, rows filled up to 4 bytes, all of them black.
    private static byte[] Bitmap(int width, int height)
    {
        const int Head = 54;
        var bytes = new byte[Head + (((width * 3) + 3) & ~3) * height];
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), Head);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(28), 24);
        return bytes;
    }
}
