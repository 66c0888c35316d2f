using NativeTrainer.Advice.Audit;

namespace NativeTrainer.Html;

/// <summary>Curves over epochs as an SVG picture that keeps its letters readable at half a page and on a phone.</summary>
internal sealed class LineChartSvg(HtmlWriter html)
{
    private const double Width = 440, Height = 250, Left = 46, Right = 10, Top = 14, Bottom = 30;

    /// <summary>Where the run began another stage of training.</summary>
    /// <param name="X">The epoch before which it began.</param>
    public sealed record Boundary(double X, string Name);

    /// <param name="title">Its name for those who do not see it.</param>
    /// <param name="fromZero">Whether the scale begins at 0.</param>
    /// <param name="marked">An x to mark, such as the best epoch; null marks none.</param>
    public void Write(string title, IReadOnlyList<ChartLine> lines, IReadOnlyList<Boundary> boundaries, double? marked = null, bool fromZero = false)
    {
        var points = lines.SelectMany(line => line.Points).Where(p => double.IsFinite(p.Y)).ToList();
        if (points.Count == 0) return;
        double low = fromZero ? 0 : points.Min(p => p.Y), high = points.Max(p => p.Y), first = points.Min(p => p.X), last = Math.Max(points.Max(p => p.X), first + 1);
        var ticks = Ticks(low, high);
        (low, high) = (Math.Min(low, ticks[0]), Math.Max(high, ticks[^1]));
        double X(double x) => Left + (x - first) / (last - first) * (Width - Left - Right);
        double Y(double y) => Height - Bottom - (y - low) / Math.Max(high - low, 1e-12) * (Height - Top - Bottom);
        html.Tag("svg", [("class", "chart"), ("viewBox", $"0 0 {N(Width)} {N(Height)}"), ("role", "img"), ("aria-label", $"{title}: {string.Join("; ", lines.Select(Told))}")], () =>
        {
            foreach (double tick in ticks)
            {
                Line("grid", Left, Y(tick), Width - Right, Y(tick));
                Label("end", Left - 6, Y(tick) + 4, Short(tick));
            }
            Label("end", Left - 12, Height - 10, "epoch");
            foreach (double tick in EpochTicks(first, last)) Label("middle", X(tick), Height - 10, N(tick));
            foreach (var boundary in boundaries)
            {
                if (boundary.X > first) Line("boundary", X(boundary.X - 0.5), Top, X(boundary.X - 0.5), Height - Bottom);
                if (boundaries.Count > 1) Label("start", X(Math.Max(boundary.X - 0.5, first)) + 4, Top + 8, boundary.Name, "stage");
            }
            if (marked is { } at) Line("marked", X(at), Top, X(at), Height - Bottom);
            foreach (var line in lines) Curve(line, X, Y);
        });
        if (lines.Count < 2) return;
        html.Element("p", "legend", () =>
        {
            foreach (var line in lines) html.Element("span", null, () => Key(line).Text(line.Name));
        });
    }

    private HtmlWriter Key(ChartLine line) => html.Tag("svg", [("class", "key-line"), ("viewBox", "0 0 24 8"), ("aria-hidden", "true")],
        () => html.Void("line", ("x1", "1"), ("y1", "4"), ("x2", "23"), ("y2", "4"), ("style", $"stroke:{line.Colour}"), ("stroke-dasharray", line.Dash)));

    private void Curve(ChartLine line, Func<double, double> x, Func<double, double> y)
    {
        var path = new System.Text.StringBuilder();
        bool down = false;
        foreach (var point in line.Points)
        {
            if (double.IsFinite(point.Y)) path.Append(down ? 'L' : 'M').Append(N(x(point.X))).Append(' ').Append(N(y(point.Y)));
            down = double.IsFinite(point.Y);
        }
        html.Void("path", ("class", "curve"), ("d", path.ToString()), ("style", $"stroke:{line.Colour}"), ("stroke-dasharray", line.Dash));
        // A curve of one epoch is a point.
        if (line.Points.Count(p => double.IsFinite(p.Y)) == 1)
        {
            var only = line.Points.First(p => double.IsFinite(p.Y));
            html.Void("circle", ("cx", N(x(only.X))), ("cy", N(y(only.Y))), ("r", "3.5"), ("style", $"fill:{line.Colour}"));
        }
    }

    private static string Told(ChartLine line)
    {
        var finite = line.Points.Where(p => double.IsFinite(p.Y)).ToList();
        return finite.Count == 0 ? $"{line.Name} has no values" : $"{line.Name} from {Short(finite[0].Y)} to {Short(finite[^1].Y)}";
    }

    private void Line(string kind, double x1, double y1, double x2, double y2) => html.Void("line", ("class", kind), ("x1", N(x1)), ("y1", N(y1)), ("x2", N(x2)), ("y2", N(y2)));

    private void Label(string anchor, double x, double y, string text, string? kind = null)
        => html.Tag("text", [("class", kind), ("x", N(x)), ("y", N(y)), ("text-anchor", anchor)], () => html.Text(text));

    /// <summary>About four round values that span the range.</summary>
    internal static double[] Ticks(double low, double high)
    {
        if (high - low < 1e-12) (low, high) = (low - Math.Max(Math.Abs(low), 1) * 0.1, high + Math.Max(Math.Abs(high), 1) * 0.1);
        double rough = (high - low) / 4, size = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = size * (rough / size) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        double from = Math.Floor(low / step + 1e-9) * step;
        int count = (int)Math.Ceiling((high - from) / step - 1e-9);
        return [.. Enumerable.Range(0, count + 1).Select(i => Math.Round(from + i * step, 12))];
    }

    private static IEnumerable<double> EpochTicks(double first, double last)
    {
        double step = Math.Max(1, Math.Ceiling((last - first) / 8));
        for (double tick = Math.Ceiling(first); tick <= last; tick += step) yield return tick;
    }

    private static string Short(double value) => Math.Abs(value) is > 0 and < 0.001 ? Amount.Number(value, "0.#e0") : Amount.Number(value, "0.###");

    private static string N(double value) => Amount.Number(value, "0.##");
}
