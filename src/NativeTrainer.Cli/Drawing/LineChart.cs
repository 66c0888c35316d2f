using System.Globalization;
using SkiaSharp;

namespace NativeTrainer.Cli.Drawing;

/// <summary>A named curve; y[i] belongs to x[i], and what is not finite is left out.</summary>
/// <param name="Dots">A dot at each point.</param>
internal sealed record Curve(string Name, SKColor Color, IReadOnlyList<double> X, IReadOnlyList<double> Y, bool Dots = true);

/// <summary>A vertical line at an x value, named at its top.</summary>
internal sealed record ChartMark(string Name, SKColor Color, double X);

/// <summary>Curves over a common x axis with round ticks, a title and a legend.</summary>
internal sealed record LineChart(string Title, IReadOnlyList<Curve> Curves)
{
    private const float Letter = 9, Left = 58, Right = 18, Top = 34, Bottom = 26;

    /// <summary>Powers of ten at equal distances; x is above 0.</summary>
    public bool LogarithmicX { get; init; }

    public IReadOnlyList<ChartMark> Marks { get; init; } = [];

    /// <summary>A part of the x axis that is shaded.</summary>
    public (double From, double To)? Band { get; init; }

    public void Draw(SKCanvas canvas, SKRect area)
    {
        var inner = new SKRect(area.Left + Left, area.Top + Top, area.Right - Right, area.Bottom - Bottom);
        var points = Curves.SelectMany(curve => curve.X.Zip(curve.Y)).Where(p => double.IsFinite(p.Second)).ToArray();
        if (points.Length == 0) points = [(0, 0)];
        double least = points.Min(p => p.First), most = points.Max(p => p.First);
        double[] x = LogarithmicX ? Decades(least, most) : Ticks(least, most, count: 10, whole: true);
        var y = Ticks(points.Min(p => p.Second), points.Max(p => p.Second), count: 5, whole: false);
        double Along(double value) => LogarithmicX ? Math.Log10(value) : value;
        float Px(double value) => inner.Left + (float)((Along(value) - Along(x[0])) / (Along(x[^1]) - Along(x[0]))) * inner.Width;
        float Py(double value) => inner.Bottom - (float)((value - y[0]) / (y[^1] - y[0])) * inner.Height;

        Lettering.Draw(canvas, Title, area.Left + 12, area.Top + 20, 11, Picture.Ink);
        using var grid = Picture.Stroke(Picture.Faint, 1);
        foreach (double tick in y)
        {
            canvas.DrawLine(inner.Left, Py(tick), inner.Right, Py(tick), grid);
            Lettering.Draw(canvas, Number(tick, y), inner.Left - 8, Py(tick) + Letter / 2, Letter, Picture.Quiet, TextAnchor.Right);
        }
        foreach (double tick in x) Lettering.Draw(canvas, LogarithmicX ? PowerOfTen(tick) : Number(tick, x), Px(tick), inner.Bottom + 17, Letter, Picture.Quiet, TextAnchor.Centre);
        float Within(double value) => Math.Clamp(Px(value), inner.Left, inner.Right);
        if (Band is var (from, to))
        {
            using var shade = Picture.Fill(Picture.Green.WithAlpha(24));
            canvas.DrawRect(new SKRect(Within(from), inner.Top, Within(to), inner.Bottom), shade);
        }
        foreach (var curve in Curves) Draw(canvas, curve, Px, Py);
        foreach (var mark in Marks)
        {
            using var line = Picture.Stroke(mark.Color, 1.5f);
            canvas.DrawLine(Within(mark.X), inner.Top, Within(mark.X), inner.Bottom, line);
            bool left = Within(mark.X) > inner.MidX;
            Lettering.Draw(canvas, mark.Name, Within(mark.X) + (left ? -5 : 5), inner.Top + Letter, Letter, mark.Color, left ? TextAnchor.Right : TextAnchor.Left);
        }
        Legend(canvas, inner.Right, area.Top + 20);
    }

    private static void Draw(SKCanvas canvas, Curve curve, Func<double, float> px, Func<double, float> py)
    {
        using var pen = Picture.Stroke(curve.Color, 2);
        using var dot = Picture.Fill(curve.Color);
        SKPoint? before = null;
        for (int i = 0; i < curve.X.Count; i++)
        {
            if (!double.IsFinite(curve.Y[i]))
            {
                before = null;
                continue;
            }
            var point = new SKPoint(px(curve.X[i]), py(curve.Y[i]));
            if (before is SKPoint last) canvas.DrawLine(last, point, pen);
            if (curve.Dots) canvas.DrawCircle(point, 3, dot);
            before = point;
        }
    }

    private void Legend(SKCanvas canvas, float right, float baseline)
    {
        if (Curves.Count < 2) return;
        foreach (var curve in Curves.Reverse())
        {
            Lettering.Draw(canvas, curve.Name, right, baseline, Letter, Picture.Ink, TextAnchor.Right);
            right -= Lettering.Width(curve.Name, Letter) + 8;
            using var pen = Picture.Stroke(curve.Color, 3);
            canvas.DrawLine(right - 14, baseline - Letter / 2, right, baseline - Letter / 2, pen);
            right -= 30;
        }
    }

    /// <summary>Round numbers (1, 2 or 5 times a power of ten apart) that enclose the range; at least two.</summary>
    internal static double[] Ticks(double min, double max, int count, bool whole)
    {
        if (max - min < 1e-12 * Math.Max(1e-6, Math.Abs(max))) (min, max) = whole ? (min, max + 1) : (min - Math.Max(Math.Abs(min), 1e-6) * 0.1, max + Math.Max(Math.Abs(max), 1e-6) * 0.1);
        double rough = (max - min) / count, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        if (whole) step = Math.Max(1, step);
        long first = (long)Math.Floor(min / step + 1e-9), last = (long)Math.Ceiling(max / step - 1e-9);
        // An axis of epochs begins and ends with its data.
        if (whole) return [min, .. Enumerable.Range((int)first, (int)(last - first) + 1).Select(i => i * step).Where(t => t > min + step * 0.4 && t < max - step * 0.4), max];
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    /// <summary>Powers of ten that enclose the range; at least two.</summary>
    internal static double[] Decades(double min, double max)
    {
        int first = (int)Math.Floor(Math.Log10(min) + 1e-9), last = Math.Max((int)Math.Ceiling(Math.Log10(max) - 1e-9), first + 1);
        return [.. Enumerable.Range(first, last - first + 1).Select(power => Math.Pow(10, power))];
    }

    private static string PowerOfTen(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0e0}");

    private static string Number(double value, double[] ticks)
    {
        double step = ticks[1] - ticks[0];
        if (step < 1e-3) return value == 0 ? "0" : value.ToString("0.#e0", CultureInfo.InvariantCulture);
        int decimals = Math.Max(0, (int)Math.Ceiling(-Math.Log10(step) - 1e-9));
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }
}
