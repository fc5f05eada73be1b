using LbCore.Recording;

namespace LbCore.Proxying.Http;

/// <summary>
/// Makes identifiers of requests: 64 random bits of this source, and 64 that never repeat within it and do not tell how many
/// came before. For one loop's thread.
/// </summary>
internal sealed class RequestIdSource
{
    // SplitMix64 (Steele, Lea, Flood 2014): one to one, so a counter that does not repeat gives numbers that do not.
    private const ulong Step = 0x9E3779B97F4A7C15;

    private readonly ulong _source;
    private ulong _counter;

    public RequestIdSource() => (_source, _counter) = RandomSeed.Draw();

    public RequestId Next()
    {
        _counter += Step;
        var mixed = _counter;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new RequestId(_source, mixed ^ (mixed >> 31));
    }
}
