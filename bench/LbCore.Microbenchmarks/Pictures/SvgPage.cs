using System;
using System.Globalization;
using System.Security;
using System.Text;

namespace LbCore.Microbenchmarks.Pictures;

/// <summary>
/// Writes the text of an SVG file. The background and all colours are the picture's own, so it reads the same on a light and
/// on a dark page. Coordinates are pixels from the upper left corner.
/// </summary>
internal sealed class SvgPage
{
    public const int Width = 860;
    public const int Margin = 24;

    public const string Ink = "#1f2328";
    public const string Faint = "#59636e";
    public const string Line = "#c8d0d9";

    // Colours of M. Okabe and K. Ito ("Color Universal Design", 2008), which people who are colour-blind can tell apart.
    public const string Blue = "#0072b2";
    public const string Orange = "#e69f00";
    public const string Sky = "#56b4e9";
    public const string Vermilion = "#d55e00";

    private readonly StringBuilder _text = new();
    private readonly int _height;

    /// <param name="title">What the picture shows, above it.</param>
    /// <param name="subtitle">Under which conditions, below the title.</param>
    /// <param name="height">How high it is; as wide as all of them.</param>
    public SvgPage(string title, string subtitle, int height)
    {
        _height = height;
        var name = SecurityElement.Escape(title);
        _text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" role=\"img\" aria-label=\"{name}\">\n");
        _text.Append(CultureInfo.InvariantCulture, $"<title>{name}</title>\n");
        _text.Append(CultureInfo.InvariantCulture, $"<rect x=\"0.5\" y=\"0.5\" width=\"{Width - 1}\" height=\"{height - 1}\" rx=\"8\" fill=\"#f6f8fa\" stroke=\"{Line}\"/>\n");
        _text.Append("<g font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif\" font-size=\"13\">\n");
        Text(Margin, 32, title, size: 17, isBold: true);
        Text(Margin, 53, subtitle, color: Faint);
    }

    /// <summary>Writes a text whose line is at y.</summary>
    public void Text(double x, double y, string text, string color = Ink, string anchor = "start", double size = 13, bool isBold = false, bool isUpright = false)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" fill=\"{color}\"");
        _text.Append(anchor == "start" ? "" : $" text-anchor=\"{anchor}\"");
        _text.Append(size == 13 ? "" : string.Create(CultureInfo.InvariantCulture, $" font-size=\"{size:0.#}\""));
        _text.Append(isBold ? " font-weight=\"600\"" : "");
        _text.Append(isUpright ? string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate(-90 {x:0.#} {y:0.#})\"") : "");
        _text.Append('>').Append(SecurityElement.Escape(text)).Append("</text>\n");
    }

    public void Bar(double x, double y, double width, double height, string color) =>
        _text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" fill=\"{color}\"/>\n");

    public void Rule(double x1, double y1, double x2, double y2, string color = Line, bool isDashed = false) =>
        _text.Append(CultureInfo.InvariantCulture, $"<path d=\"M{x1:0.##} {y1:0.##}L{x2:0.##} {y2:0.##}\" stroke=\"{color}\"{(isDashed ? " stroke-width=\"1.5\" stroke-dasharray=\"4 3\"" : "")}/>\n");

    /// <summary>Writes what a color stands for, and returns where the next such entry begins.</summary>
    public double Legend(double x, double y, string color, string text)
    {
        // Wide enough for the widest of the fonts.
        const double WidthOfCharacter = 7.4;
        Bar(x, y - 10, 12, 12, color);
        Text(x + 18, y, text);
        return x + 18 + (WidthOfCharacter * text.Length) + 18;
    }

    /// <summary>Writes what a dashed line stands for.</summary>
    public void LegendOfRule(double x, double y, string text)
    {
        Rule(x, y - 4, x + 20, y - 4, Ink, isDashed: true);
        Text(x + 26, y, text);
    }

    /// <summary>Writes the lines below the picture.</summary>
    public void Caption(params ReadOnlySpan<string> lines)
    {
        const double Pitch = 17;
        for (var i = 0; i < lines.Length; i++)
        {
            Text(Margin, _height - 16 - ((lines.Length - 1 - i) * Pitch), lines[i], color: Faint, size: 12);
        }
    }

    /// <summary>Returns the color of a text on a bar of a color.</summary>
    public static string InkOn(string color) => color is Blue or Vermilion ? "#ffffff" : Ink;

    public override string ToString() => $"{_text}</g>\n</svg>\n";
}
