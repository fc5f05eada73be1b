using System;

namespace LbCore.Http;

/// <summary>A cookie as a client sent it.</summary>
internal readonly ref struct Cookie
{
    public Cookie(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>Gets the name; empty when there is none, as browsers have it that keep what was set without an equals sign.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Gets the value as it was sent, without the white space around it.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Gets the value without the double quotes around it, if it has both.</summary>
    public ReadOnlySpan<byte> Unquoted => Unquote(Value);

    public static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> value) => value is [(byte)'"', .. var inner, (byte)'"'] ? inner : value;
}
