using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace LbCore.TestKit.Vectors;

/// <summary>Writes bytes at once, or each with a call of its own.</summary>
internal static class SlowStream
{
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, bool byteByByte, CancellationToken token)
    {
        var size = byteByByte ? 1 : Math.Max(bytes.Length, 1);
        for (; !bytes.IsEmpty; bytes = bytes[size..])
        {
            await stream.WriteAsync(bytes[..size], token).ConfigureAwait(false);
        }
    }
}
