using System.Text;

namespace LbCore.Fuzz;

/// <summary>Seeds of binary formats stand one a line: \r and \n are written as such, and every other character is a byte.</summary>
internal static class Escapes
{
    public static byte[] ToBytes(string text) => Encoding.Latin1.GetBytes(
        text.Replace("\\r", "\r", System.StringComparison.Ordinal).Replace("\\n", "\n", System.StringComparison.Ordinal));
}
