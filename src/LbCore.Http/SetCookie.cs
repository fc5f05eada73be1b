using System;
using System.Text;

namespace LbCore.Http;

/// <summary>A cookie that a response sets.</summary>
internal readonly ref struct SetCookie
{
    private SetCookie(ReadOnlySpan<byte> value, bool isRemoval)
    {
        Value = value;
        IsRemoval = isRemoval;
    }

    /// <summary>Gets the value as it was sent, without the white space around it.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Gets the value without the double quotes around it, if it has both.</summary>
    public ReadOnlySpan<byte> Unquoted => Cookie.Unquote(Value);

    /// <summary>
    /// Gets whether the client is to forget the cookie, by a Max-Age of 0 or less. That Expires is in the past is not seen
    /// here, where no clock is; who says it by that alone sends an empty value as a rule.
    /// </summary>
    public bool IsRemoval { get; }

    /// <summary>Finds the last cookie of a name, which is the one that a client keeps (RFC 6265 section 5.3).</summary>
    /// <param name="bytes">The bytes of the head.</param>
    /// <param name="head">The head.</param>
    /// <param name="name">A token; case matters.</param>
    /// <param name="cookie">The cookie.</param>
    public static bool TryFind(ReadOnlySpan<byte> bytes, ResponseHead head, ReadOnlySpan<byte> name, out SetCookie cookie)
    {
        if (head.Present.Contains(KnownField.SetCookie))
        {
            var fields = head.Fields;
            for (var i = fields.Length - 1; i >= 0; i--)
            {
                if (fields[i].Known == KnownField.SetCookie && TryRead(MessageHead.ValueOf(bytes, in fields[i]), name, out cookie))
                {
                    return true;
                }
            }
        }

        cookie = default;
        return false;
    }

    // RFC 6265 section 5.2.
    private static bool TryRead(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, out SetCookie cookie)
    {
        var end = text.IndexOf((byte)';');
        var pair = end < 0 ? text : text[..end];
        if (!pair.StartsWith(name) || OptionalSpace.TrimStart(pair[name.Length..]) is not [(byte)'=', .. var value])
        {
            cookie = default;
            return false;
        }

        cookie = new SetCookie(OptionalSpace.Trim(value), end >= 0 && SaysRemoval(text[(end + 1)..]));
        return true;
    }

    // Of several Max-Age the last counts, of those that are numbers.
    private static bool SaysRemoval(ReadOnlySpan<byte> attributes)
    {
        var isRemoval = false;
        while (!attributes.IsEmpty)
        {
            var end = attributes.IndexOf((byte)';');
            var attribute = end < 0 ? attributes : attributes[..end];
            attributes = end < 0 ? default : attributes[(end + 1)..];
            var equals = attribute.IndexOf((byte)'=');
            if (equals < 0 || !Ascii.EqualsIgnoreCase(OptionalSpace.Trim(attribute[..equals]), "max-age"u8))
            {
                continue;
            }

            var age = OptionalSpace.Trim(attribute[(equals + 1)..]);
            var digits = age is [(byte)'-', .. var rest] ? rest : age;
            if (!digits.IsEmpty && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                isRemoval = digits.Length < age.Length || !digits.ContainsAnyExcept((byte)'0');
            }
        }

        return isRemoval;
    }
}
