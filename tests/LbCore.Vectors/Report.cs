using System.Collections.Generic;
using System.IO;
using System.Linq;
using LbCore.TestKit.Vectors;

namespace LbCore.Vectors;

/// <summary>Prints a line for each vector, and counts.</summary>
internal sealed class Report
{
    private readonly TextWriter _output;
    private readonly Dictionary<Reaction, int> _counts = [];
    private readonly bool _isOurs;
    private int _vectors;
    private int _others;

    public Report(TextWriter output, bool isOurs)
    {
        _output = output;
        _isOurs = isOurs;
    }

    public int Violating { get; private set; }

    /// <summary>Gets whether lbcore itself does anything else than its vectors say.</summary>
    public bool IsOtherThanSaid => _isOurs && _others > 0;

    public void Add(Vector vector, VectorOutcome outcome)
    {
        _vectors++;
        _counts[outcome.Reaction] = _counts.GetValueOrDefault(outcome.Reaction) + 1;
        Violating += outcome.Violations.Count > 0 ? 1 : 0;
        var isOther = outcome.Status != vector.LbCore.Status;
        _others += isOther ? 1 : 0;
        var difference = isOther ? $"lbcore {vector.LbCore.Status}" : "";
        _output.WriteLine($"{(outcome.Violations.Count > 0 ? "VIOLATION" : "ok"),-9} {vector.Name,-44} {outcome.Reaction.ToString().ToLowerInvariant(),-8} {outcome.Status,3}  {difference}".TrimEnd());
        foreach (var violation in outcome.Violations)
        {
            _output.WriteLine($"          {vector.Rule}: {violation}");
        }
    }

    public void Summarise(string name)
    {
        var reactions = string.Join(", ", _counts.OrderBy(static count => count.Key).Select(static count => $"{count.Key.ToString().ToLowerInvariant()} {count.Value}"));
        _output.WriteLine($"{name}: {_vectors} vectors, {Violating} with a violation; {reactions}; another status than lbcore's: {_others}");
    }
}
