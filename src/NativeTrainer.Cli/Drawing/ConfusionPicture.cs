using NativeTrainer.Evaluation;
using SkiaSharp;

namespace NativeTrainer.Cli.Drawing;

/// <summary>The confusion matrix: truth in rows, prediction in columns, darker where a larger share of the row falls.</summary>
internal static class ConfusionPicture
{
    private const float Letter = 9, NameWidth = 150;

    // Beyond this many classes, cells are too small for numbers and names.
    private const int MostNamed = 60;

    public static void Save(string path, ClassificationMetrics metrics)
    {
        int classes = metrics.PerClass.Count;
        bool named = classes <= MostNamed;
        float cell = named ? Math.Clamp(600f / classes, 24, 72) : Math.Max(2, 1200f / classes);
        float names = named ? Math.Min(NameWidth, metrics.PerClass.Max(c => Lettering.Width(c.Name, Letter)) + 14) : 20;
        float left = names + 24, top = names + 46;
        int side = (int)Math.Ceiling(cell * classes);
        Picture.Save(path, (int)Math.Max(left + side + 24, 300), (int)(top + side + 24), canvas =>
        {
            Lettering.Draw(canvas, "Confusion: rows are true, columns predicted", 12, 22, 10, Picture.Ink);
            for (int truth = 0; truth < classes; truth++)
            {
                if (named) Names(canvas, metrics.PerClass[truth].Name, left, top, cell, truth, names);
                for (int predicted = 0; predicted < classes; predicted++)
                    Cell(canvas, metrics, truth, predicted, new SKRect(left + predicted * cell, top + truth * cell, left + (predicted + 1) * cell, top + (truth + 1) * cell), named);
            }
        });
    }

    private static void Names(SKCanvas canvas, string name, float left, float top, float cell, int index, float width)
    {
        string fitting = Lettering.Fit(name, Letter, width - 8);
        float middle = (index + 0.5f) * cell + Letter / 2;
        Lettering.Draw(canvas, fitting, left - 8, top + middle, Letter, Picture.Ink, TextAnchor.Right);
        canvas.Save();
        canvas.Translate(left + middle, top - 8);
        canvas.RotateDegrees(-90);
        Lettering.Draw(canvas, fitting, 0, 0, Letter, Picture.Ink);
        canvas.Restore();
    }

    private static void Cell(SKCanvas canvas, ClassificationMetrics metrics, int truth, int predicted, SKRect area, bool numbered)
    {
        int count = metrics.Confusion[truth][predicted];
        float share = metrics.PerClass[truth].Count == 0 ? 0 : count / (float)metrics.PerClass[truth].Count;
        var full = truth == predicted ? Picture.Blue : Picture.Red;
        // A single mistake among many must still be seen.
        float depth = count == 0 ? 0 : 0.15f + 0.85f * share;
        using var fill = Picture.Fill(Blend(new SKColor(0xF4, 0xF6, 0xF8), full, depth));
        float gap = numbered ? 1 : 0;
        canvas.DrawRect(area.Left, area.Top, area.Width - gap, area.Height - gap, fill);
        if (!numbered || count == 0) return;
        Lettering.Draw(canvas, count.ToString(), area.MidX, area.MidY + Letter / 2, Letter, depth > 0.5f ? SKColors.White : Picture.Ink, TextAnchor.Centre);
    }

    private static SKColor Blend(SKColor a, SKColor b, float t)
    {
        byte Mix(byte x, byte y) => (byte)(x + (y - x) * t);
        return new SKColor(Mix(a.Red, b.Red), Mix(a.Green, b.Green), Mix(a.Blue, b.Blue));
    }
}
