using System;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LbCore.LoadTool;

/// <summary>Builds one flat JSON object on one line.</summary>
internal sealed class JsonLine
{
    private readonly StringBuilder _text = new("{");

    public JsonLine Add(string name, string value)
    {
        Name(name).Append('"').Append(JsonEncodedText.Encode(value)).Append('"');
        return this;
    }

    public JsonLine Add(string name, long value)
    {
        Name(name).Append(CultureInfo.InvariantCulture, $"{value}");
        return this;
    }

    public JsonLine Add(string name, double value)
    {
        Name(name).Append(CultureInfo.InvariantCulture, $"{Math.Round(value, 3)}");
        return this;
    }

    /// <summary>Adds which proxy, layout and round this is, and what the proxy used, when it is watched.</summary>
    public JsonLine Add(Watch watch)
    {
        watch.WriteTo(this);
        return this;
    }

    public override string ToString() => _text + "}";

    private StringBuilder Name(string name)
    {
        _ = _text.Length > 1 ? _text.Append(',') : _text;
        return _text.Append('"').Append(name).Append("\":");
    }
}
