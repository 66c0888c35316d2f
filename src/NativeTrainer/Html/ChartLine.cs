namespace NativeTrainer.Html;

/// <summary>One curve of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Colour">A CSS colour, such as <c>var(--train)</c>.</param>
/// <param name="Points">By rising x; a y that is not finite breaks the curve.</param>
/// <param name="Dash">SVG's stroke-dasharray, so that curves differ without colour too; null draws it whole.</param>
internal sealed record ChartLine(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points, string? Dash = null);
