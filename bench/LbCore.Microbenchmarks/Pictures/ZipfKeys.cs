using System;
using System.Globalization;
using System.Text;
using LbCore.Topology;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>Draws paths of which few are asked for often: the k-th as often as 1 / k^s.</summary>
internal sealed class ZipfKeys
{
    private readonly RandomSource _random = new(21);
    private readonly double[] _cumulated;
    private readonly SelectionInput[] _inputs;

    /// <param name="count">How many paths there are.</param>
    /// <param name="exponent">The s: the higher, the more of the requests are for the first ones.</param>
    /// <param name="folder">The folder that all are in. Another one makes other hashes of the same paths.</param>
    public ZipfKeys(int count, double exponent, int folder)
    {
        _cumulated = new double[count];
        _inputs = new SelectionInput[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += Math.Pow(i + 1, -exponent);
            _cumulated[i] = sum;
            var path = string.Create(CultureInfo.InvariantCulture, $"/{folder}/{i + 1}");
            _inputs[i] = new SelectionInput(0, StableHash.Of(Encoding.ASCII.GetBytes(path)), HasKey: true);
        }
    }

    /// <summary>Returns which share of the requests is for a path.</summary>
    public double ShareOf(int key) => (_cumulated[key] - (key == 0 ? 0 : _cumulated[key - 1])) / _cumulated[^1];

    /// <summary>Returns what a strategy sees of a request for a path.</summary>
    public SelectionInput InputOf(int key) => _inputs[key];

    public (int Key, SelectionInput Input) Next()
    {
        var found = Array.BinarySearch(_cumulated, _random.NextDouble() * _cumulated[^1]);
        var key = found >= 0 ? found + 1 : ~found;
        return (key, _inputs[key]);
    }
}
