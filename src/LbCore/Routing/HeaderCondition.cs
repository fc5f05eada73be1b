using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LbCore.Http;

namespace LbCore.Routing;

/// <summary>What a route asks of one field: to be there, to be there with one of some values, or not to be there. Immutable.</summary>
internal sealed class HeaderCondition
{
    private readonly byte[] _name;
    private readonly byte[][] _values;
    private readonly bool _isAbsent;

    private HeaderCondition(string name, IEnumerable<string> values, bool isAbsent)
    {
        Name = name;
        _name = Encoding.ASCII.GetBytes(name);
        _values = [.. values.Select(Encoding.UTF8.GetBytes)];
        _isAbsent = isAbsent;
    }

    /// <summary>Gets the field's name, as the configuration spells it.</summary>
    public string Name { get; }

    public static HeaderCondition Present(string name) => new(name, [], isAbsent: false);

    public static HeaderCondition Absent(string name) => new(name, [], isAbsent: true);

    public static HeaderCondition OneOf(string name, IEnumerable<string> values) => new(name, values, isAbsent: false);

    /// <summary>Returns whether a head meets it. Of a field that is repeated, one line is enough.</summary>
    public bool IsMet(ReadOnlySpan<byte> bytes, RequestHead head)
    {
        foreach (ref readonly var field in head.Fields)
        {
            if (field.NameLength == _name.Length && Ascii.EqualsIgnoreCase(bytes.Slice(field.Start, field.NameLength), _name)
                && (_isAbsent || _values.Length == 0 || HasValue(MessageHead.ValueOf(bytes, in field))))
            {
                return !_isAbsent;
            }
        }

        return _isAbsent;
    }

    private bool HasValue(ReadOnlySpan<byte> value)
    {
        foreach (var wanted in _values)
        {
            if (value.SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }
}
