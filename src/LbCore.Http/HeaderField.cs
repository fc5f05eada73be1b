namespace LbCore.Http;

/// <summary>Where one field line lies in the head's bytes.</summary>
internal struct HeaderField
{
    /// <summary>The offset of the name's first byte, which is the line's.</summary>
    public int Start;

    public int NameLength;

    /// <summary>The offset of the value without the white space around it.</summary>
    public int ValueStart;

    public int ValueLength;

    /// <summary>The offset behind the line's CRLF.</summary>
    public int End;

    public KnownField Known;

    /// <summary>Whether the field stops here: it concerns one connection only, by its name or because Connection names it.</summary>
    public bool IsHopByHop;
}
