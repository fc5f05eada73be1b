namespace LbCore.Fuzz;

/// <summary>A parser under attack.</summary>
internal interface IFuzzTarget
{
    /// <summary>Gets the name, which is also that of its seeds: <c>Corpus/NAME.txt</c>, one a line.</summary>
    string Name { get; }

    /// <summary>Parses any text, looks again, slowly, at what was accepted, and throws when something does not hold.</summary>
    void Run(string text);
}
