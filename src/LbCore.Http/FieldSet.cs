namespace LbCore.Http;

/// <summary>A set of known fields: one bit each.</summary>
internal readonly record struct FieldSet
{
    private readonly uint _bits;

    private FieldSet(uint bits) => _bits = bits;

    public bool IsEmpty => _bits == 0;

    public static FieldSet Of(params System.ReadOnlySpan<KnownField> fields)
    {
        uint bits = 0;
        foreach (var field in fields)
        {
            bits |= 1u << (int)field;
        }

        return new FieldSet(bits);
    }

    public FieldSet With(KnownField field) => new(_bits | (1u << (int)field));

    public bool Contains(KnownField field) => ((_bits >> (int)field) & 1) != 0;
}
