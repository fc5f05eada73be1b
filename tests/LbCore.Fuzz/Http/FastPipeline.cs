using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LbCore.Http;

namespace LbCore.Fuzz.Http;

/// <summary>Reads requests as a connection does.</summary>
internal sealed class FastPipeline : FastReading
{
    private readonly RequestHead _head = new();
    private string _start = string.Empty;

    /// <summary>Returns each whole request, and last how the reading ended.</summary>
    public static List<string> Read(byte[] bytes, int[] ends) => new FastPipeline().ReadAll(bytes, ends);

    protected override bool ReadHead()
    {
        var status = RequestParser.Parse(Left, _head, HeadLimits.Default);
        if (status != ParseStatus.Complete)
        {
            Ended = status == ParseStatus.Invalid ? "refused: " + _head.Error : null;
            return false;
        }

        _start = string.Create(
            CultureInfo.InvariantCulture,
            $"{Encoding.Latin1.GetString(_head.MethodOf(Left))} {Encoding.Latin1.GetString(_head.TargetOf(Left))} {_head.Framing.Kind} {_head.FieldCount}");
        BeginBody(_head.Framing);
        Take(_head.Length);
        return true;
    }

    protected override void EndMessage()
    {
        Messages.Add($"{_start}: {Body.Data}");
        Ended = _head.IsPersistent ? null : "closed";
        _head.Reset();
    }

    protected override void Close() => Messages.Add(Ended ?? (IsInBody ? $"in the body of {_start}: {Body.Data}" : "in a head"));
}
