using System;
using System.Text;

namespace LbCore.Recording.AccessLogging;

/// <summary>The names of an enumeration's values as bytes. They are part of the log's format: a test holds their spelling.</summary>
internal static class Words<T>
    where T : struct, Enum
{
    private static readonly byte[][] Names = Array.ConvertAll(Enum.GetNames<T>(), Encoding.ASCII.GetBytes);

    /// <summary>Returns the name of a value. The values count from 0, without gaps.</summary>
    public static ReadOnlySpan<byte> Of(byte value) => Names[value];
}
