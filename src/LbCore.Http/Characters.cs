using System.Buffers;

namespace LbCore.Http;

/// <summary>The sets of bytes that heads are made of.</summary>
internal static class Characters
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";

    private const string TokenMarks = "!#$%&'*+-.^_`|~";
    private const string NameMarks = "-._~!$&'()*+,;=";

    /// <summary>tchar (RFC 9110 section 5.6.2).</summary>
    public static readonly SearchValues<byte> Token = Of(TokenMarks + Digits + Letters);

    /// <summary>What an identifier is made of that others have given: nothing that means something in a log, in HTML or in JSON.</summary>
    public static readonly SearchValues<byte> Identifier = Of("!#$%()*+,-./:;=?@[]^_`{|}~" + Digits + Letters);

    /// <summary>What an upgrade protocol's name and version are made of (RFC 9110 section 7.8).</summary>
    public static readonly SearchValues<byte> Protocol = Of(TokenMarks + "/" + Digits + Letters);

    /// <summary>What ends or spoils a field value: control characters except HTAB, and DEL (RFC 9110 section 5.5).</summary>
    public static readonly SearchValues<byte> NotInValue = Range(0x00, 0x08, 0x0A, 0x1F, 0x7F, 0x7F);

    /// <summary>What ends or spoils a request target: everything but visible ASCII, and '#', since a target has no fragment.</summary>
    public static readonly SearchValues<byte> NotInTarget = Range(0x00, 0x20, 0x7F, 0xFF, (byte)'#', (byte)'#');

    /// <summary>
    /// What a host's name is made of (RFC 3986 section 3.2.2), without percent-encoding, which names have no use for: one
    /// reader would see another host than the next.
    /// </summary>
    public static readonly SearchValues<byte> HostName = Of(NameMarks + Digits + Letters);

    /// <summary>What an address of a version above 6 is made of, behind its version.</summary>
    public static readonly SearchValues<byte> LaterAddress = Of(NameMarks + ":" + Digits + Letters);

    /// <summary>What stands between cookies.</summary>
    public static readonly SearchValues<byte> CookieSeparator = Of("; \t");

    /// <summary>What stands between the members of a list.</summary>
    public static readonly SearchValues<byte> ListSeparator = Of(", \t");

    /// <summary>What a name is made of that hides an address or a port (RFC 7239 section 6.3).</summary>
    public static readonly SearchValues<byte> HiddenName = Of("._-" + Digits + Letters);

    public static readonly SearchValues<byte> HexDigit = Of("abcdefABCDEF" + Digits);

    /// <summary>Returns what a hexadecimal digit is worth; -1 for any other byte.</summary>
    public static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    private static SearchValues<byte> Of(string characters) => SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(characters));

    private static SearchValues<byte> Range(params byte[] bounds)
    {
        var bytes = new System.Collections.Generic.List<byte>();
        for (var i = 0; i < bounds.Length; i += 2)
        {
            for (int value = bounds[i]; value <= bounds[i + 1]; value++)
            {
                bytes.Add((byte)value);
            }
        }

        return SearchValues.Create(bytes.ToArray());
    }
}
