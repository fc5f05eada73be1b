using System;
using System.Text;
using LbCore.Http;

namespace LbCore.Fuzz.Http;

/// <summary>Reads one body after the other, and keeps its data.</summary>
internal sealed class FastBody
{
    private readonly StringBuilder _data = new();
    private BodyDecoder _decoder;

    public bool IsEnded => _decoder.IsEnded;

    public HttpError Error => _decoder.Error;

    public string Data => _data.ToString();

    public void Begin(BodyFraming framing)
    {
        _decoder = new BodyDecoder(framing);
        _data.Clear();
    }

    /// <summary>Reads what it can of some bytes. Returns how many of them are done with; null when they are refused.</summary>
    public int? Read(ReadOnlySpan<byte> bytes)
    {
        if (!_decoder.TryNext(bytes, out var framing, out var data))
        {
            var error = Error;
            var isTaken = _decoder.TryNext("0\r\n\r\n"u8, out _, out _);
            Claim.That(!isTaken && Error == error, "what was refused goes on");
            return null;
        }

        Claim.That(framing >= 0 && data >= 0 && framing + data > 0 && framing + data <= bytes.Length, "the decoder stands still, or goes too far");
        _data.Append(Encoding.Latin1.GetString(bytes.Slice(framing, data)));
        return framing + data;
    }
}
