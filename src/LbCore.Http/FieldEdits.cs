using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace LbCore.Http;

/// <summary>Which fields of a head are set and removed on its way, ready to be written. Immutable; any thread.</summary>
internal sealed class FieldEdits
{
    /// <param name="set">Names and values. They replace what the head has of them.</param>
    /// <param name="removed">Names of fields that are left out.</param>
    public FieldEdits(IReadOnlyDictionary<string, string> set, IReadOnlyCollection<string> removed)
    {
        Dropped = new FieldNames(set.Keys.Concat(removed));
        var lines = new StringBuilder();
        foreach (var (name, value) in set)
        {
            lines.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        Lines = Encoding.ASCII.GetBytes(lines.ToString());
    }

    /// <summary>Gets the fields that do not go on.</summary>
    public FieldNames Dropped { get; }

    /// <summary>Gets the lines that are written instead, each with its CRLF.</summary>
    public ReadOnlyMemory<byte> Lines { get; }
}
