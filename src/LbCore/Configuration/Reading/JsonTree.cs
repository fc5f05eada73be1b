using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;

namespace LbCore.Configuration.Reading;

/// <summary>
/// Reads JSON, with comments and trailing commas, into a tree that knows where everything was written. System.Text.Json's
/// own object model forgets that, and its serializer ends at the first error.
/// </summary>
internal ref struct JsonTree
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _source;
    private readonly List<ConfigurationError> _errors;
    private readonly Stack<string> _path = new();
    private Utf8JsonReader _reader;
    private int _line = 1;
    private int _lineStart;
    private int _counted;

    private JsonTree(ReadOnlySpan<byte> bytes, string source, List<ConfigurationError> errors)
    {
        _bytes = bytes;
        _source = source;
        _errors = errors;
        _reader = new Utf8JsonReader(
            bytes, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 64 });
    }

    /// <summary>Returns the tree; null when the text is no JSON, which is one of the errors then.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="source">What the places name; empty for what nobody wrote, which has no places.</param>
    /// <param name="errors">Where errors go.</param>
    public static ConfigurationNode? Read(ReadOnlySpan<byte> bytes, string source, List<ConfigurationError> errors)
    {
        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        var tree = new JsonTree(bytes, source, errors);
        try
        {
            tree._reader.Read();
            var root = tree.ReadValue();
            while (tree._reader.Read())
            {
            }

            return root;
        }
        catch (JsonException e)
        {
            var place = new ConfigurationPlace(source, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
            errors.Add(new ConfigurationError("", Explain(e.Message)) { Place = place.ToString() });
            return null;
        }
    }

    private ConfigurationNode ReadValue()
    {
        var place = Here();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(place);
            case JsonTokenType.StartArray:
                var array = new ConfigurationNode(NodeKind.Array, place);
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    array.Items.Add(ReadValue());
                }

                return array;
            case JsonTokenType.String:
                return new ConfigurationNode(NodeKind.String, place, ReadText(place));
            case JsonTokenType.Number:
                return new ConfigurationNode(NodeKind.Number, place, Encoding.UTF8.GetString(_reader.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False:
                return new ConfigurationNode(NodeKind.Boolean, place, Encoding.UTF8.GetString(_reader.ValueSpan));
            default:
                return new ConfigurationNode(NodeKind.Null, place, "null");
        }
    }

    private ConfigurationNode ReadObject(ConfigurationPlace place)
    {
        var node = new ConfigurationNode(NodeKind.Object, place);
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var namePlace = Here();
            var name = ReadText(namePlace);
            _path.Push(name);
            _reader.Read();
            var value = ReadValue();
            value.NamePlace = namePlace;
            if (!node.TryAdd(name, value))
            {
                _errors.Add(new ConfigurationError(PathNow(), "it is written twice; keep one of them") { Place = namePlace.ToString() });
            }

            _path.Pop();
        }

        return node;
    }

    private readonly string ReadText(ConfigurationPlace place)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            _errors.Add(new ConfigurationError(PathNow(), "it has bytes that are no UTF-8, or half a surrogate pair; save the file as UTF-8") { Place = place.ToString() });
            return "?";
        }
    }

    private readonly string PathNow()
    {
        var names = _path.ToArray();
        Array.Reverse(names);
        return string.Join('.', names);
    }

    private ConfigurationPlace Here()
    {
        if (_source.Length == 0)
        {
            return default;
        }

        var index = (int)_reader.TokenStartIndex;
        while (_bytes[_counted..index].IndexOf((byte)'\n') is >= 0 and var end)
        {
            _counted += end + 1;
            _lineStart = _counted;
            _line++;
        }

        return new ConfigurationPlace(_source, _line, Encoding.UTF8.GetCharCount(_bytes[_lineStart..index]) + 1);
    }

    // The library's message ends with the place, from 0.
    private static string Explain(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return $"it is no JSON here: {(end < 0 ? message : message[..end]).TrimEnd('.', ' ')}";
    }
}
