namespace LbCore.Configuration.Reading;

/// <summary>What a value is as it was written.</summary>
internal enum NodeKind : byte
{
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,

    /// <summary>A value of an override, which has no quotes: whatever its key takes.</summary>
    Bare,

    /// <summary>An object whose names are all numbers, from where lists look like that: a list or names, as its key takes.</summary>
    Numbered,
}
