namespace LbCore.Fuzz.Http;

/// <summary>A parser of bytes under attack. Its result may not depend on how they come in pieces.</summary>
internal abstract class BytesTarget : IFuzzTarget
{
    public abstract string Name { get; }

    public void Run(string text) => Run(Escapes.ToBytes(text), Splits.Few);

    /// <summary>Reads any bytes, whole and in pieces, and throws when the results differ or something does not hold.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="most">How many places to cut them at, one at a time; see <see cref="Splits.Of"/>.</param>
    public abstract void Run(byte[] bytes, int most);
}
