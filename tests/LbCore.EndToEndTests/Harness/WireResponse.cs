using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.EndToEndTests.Harness;

/// <summary>Is a response as it comes over the wire. Its body is hashed, not held, and its end is what the framing says.</summary>
internal sealed class WireResponse : IDisposable
{
    private const int MaxText = 1024;
    private const long Unknown = -1;

    private readonly WireReader _reader;
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StringBuilder _text = new();
    private bool _chunked;
    private bool _inChunks;
    private long _left;

    private WireResponse(WireReader reader) => _reader = reader;

    /// <summary>Gets the status; 0 when the stream ended before the head was whole.</summary>
    public int Status { get; private set; }

    /// <summary>Gets whether anything of it has come.</summary>
    public bool HasBegun { get; private set; }

    public WireEnd End { get; private set; }

    public long Received { get; private set; }

    /// <summary>Gets what has come of the body.</summary>
    public ContentSummary Body => new(Received, Convert.ToHexString(_hash.GetCurrentHash()));

    /// <summary>Gets the first KiB of the body.</summary>
    public string Text => _text.ToString();

    public override string ToString() => $"status {Status}, {End} after {Received} bytes: {Text[..Math.Min(Text.Length, 60)]}";

    /// <summary>Reads a head, behind interim ones.</summary>
    public static async Task<WireResponse> ReadAsync(WireReader reader, CancellationToken token)
    {
        var response = new WireResponse(reader);
        while (await response.ReadHeadAsync(token) && response.Status is >= 100 and < 200 and not 101)
        {
        }

        response.BeginBody();
        return response;
    }

    public string? Field(string name) => _fields.GetValueOrDefault(name);

    /// <summary>Receives until at least so many bytes of the body have come, or the response has ended.</summary>
    public async Task ReceiveAsync(long count, CancellationToken token)
    {
        while (Received < count && End == WireEnd.Open)
        {
            await ReceiveSomeAsync(token);
        }
    }

    /// <summary>Receives the response to its end.</summary>
    public Task ReceiveAsync(CancellationToken token) => ReceiveAsync(long.MaxValue, token);

    public void Dispose() => _hash.Dispose();

    private async Task<bool> ReadHeadAsync(CancellationToken token)
    {
        _fields.Clear();
        var status = 0;
        string? line;
        while ((line = await _reader.ReadLineAsync(token)) is { Length: > 0 })
        {
            if (status == 0)
            {
                status = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            }
            else
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                _fields.Add(line[..colon], line[(colon + 1)..].Trim());
            }
        }

        HasBegun |= status != 0 || !_reader.Unread.IsEmpty;
        Status = line is null ? 0 : status;
        return line is not null;
    }

    private void BeginBody()
    {
        if (Status == 0)
        {
            End = _reader.IsReset ? WireEnd.Reset : WireEnd.CutOff;
            return;
        }

        if (Status is 101 or 204 or 304)
        {
            End = WireEnd.Whole;
            return;
        }

        _chunked = Field("Transfer-Encoding") == "chunked";
        _left = _chunked ? 0 : Field("Content-Length") is { } length ? long.Parse(length, CultureInfo.InvariantCulture) : Unknown;
        End = _left == 0 && !_chunked ? WireEnd.Whole : WireEnd.Open;
    }

    private async Task ReceiveSomeAsync(CancellationToken token)
    {
        if (_chunked && _left == 0)
        {
            await BeginChunkAsync(token);
            return;
        }

        if (_reader.Unread.IsEmpty && !await _reader.FillAsync(token))
        {
            End = _reader.IsReset ? WireEnd.Reset : _left == Unknown ? WireEnd.Whole : WireEnd.CutOff;
            return;
        }

        Take(_left == Unknown ? _reader.Unread.Length : (int)Math.Min(_left, _reader.Unread.Length));
    }

    private void Take(int count)
    {
        var piece = _reader.Unread[..count];
        _hash.AppendData(piece);
        _text.Append(Encoding.Latin1.GetString(piece[..Math.Min(count, MaxText - _text.Length)]));
        _reader.Advance(count);
        Received += count;
        if (_left == Unknown)
        {
            return;
        }

        _left -= count;
        if (_left == 0 && !_chunked)
        {
            End = WireEnd.Whole;
        }
    }

    private async Task BeginChunkAsync(CancellationToken token)
    {
        if (_inChunks && await _reader.ReadLineAsync(token) is { Length: > 0 } behind)
        {
            throw new InvalidDataException($"Behind a chunk came '{behind}'.");
        }

        _inChunks = true;
        if (await _reader.ReadLineAsync(token) is not { } size)
        {
            End = _reader.IsReset ? WireEnd.Reset : WireEnd.CutOff;
            return;
        }

        _left = long.Parse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (_left > 0)
        {
            return;
        }

        End = await _reader.ReadLineAsync(token) switch
        {
            "" => WireEnd.Whole,
            null => _reader.IsReset ? WireEnd.Reset : WireEnd.CutOff,
            var more => throw new InvalidDataException($"Behind the last chunk came '{more}'."),
        };
    }
}
