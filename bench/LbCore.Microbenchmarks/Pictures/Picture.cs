namespace LbCore.Microbenchmarks.Pictures;

/// <summary>A picture, and the same figures for people who quote them.</summary>
/// <param name="FileName">Its file's name.</param>
/// <param name="Svg">The file's text.</param>
/// <param name="Markdown">The figures: a heading, a sentence and a table.</param>
internal sealed record Picture(string FileName, string Svg, string Markdown);
