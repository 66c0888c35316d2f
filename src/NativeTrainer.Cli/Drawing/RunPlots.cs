using System.Globalization;
using NativeTrainer.Evaluation;
using NativeTrainer.Training;
using SkiaSharp;

namespace NativeTrainer.Cli.Drawing;

/// <summary>
/// <c>curves.png</c>, <c>confusion.png</c> and <c>predictions.png</c> of a run folder. Curves are drawn from its own records, so that a resumed
/// run shows all its epochs.
/// </summary>
internal static class RunPlots
{
    public const string Curves = "curves.png", Confusion = "confusion.png", Predictions = "predictions.png";

    private const int Width = 760, PanelHeight = 240, ShownImages = 24, Columns = 6;

    /// <param name="images">Validation images of the best epoch; may be empty.</param>
    public static void Draw(TrainResult result, IReadOnlyList<PredictedImage> images)
    {
        string metrics = Path.Combine(result.RunFolder, RunFolderWriter.MetricsCsv);
        bool several = result.Best.Labels is not null;
        if (File.Exists(metrics)) DrawCurves(metrics, Path.Combine(result.RunFolder, Curves), several);
        if (result.BestEpoch >= 1 && !several) ConfusionPicture.Save(Path.Combine(result.RunFolder, Confusion), result.Best);
        if (images.Count == 0 || several) return;
        string[] classes = [.. result.Best.PerClass.Select(c => c.Name)];
        PredictionGrid.Save(Path.Combine(result.RunFolder, Predictions), Telling(images), classes, Columns);
    }

    /// <summary>The surest mistakes first, at most half, then others spread evenly over the set.</summary>
    private static PredictedImage[] Telling(IReadOnlyList<PredictedImage> images)
    {
        PredictedImage[] wrong = [.. images.Where(i => i.Predicted != i.Label).OrderByDescending(i => i.Probabilities[i.Predicted]).Take(ShownImages / 2)];
        PredictedImage[] right = [.. images.Where(i => i.Predicted == i.Label)];
        int rest = Math.Min(ShownImages - wrong.Length, right.Length);
        return [.. wrong, .. Enumerable.Range(0, rest).Select(i => right[i * right.Length / rest])];
    }

    private static void DrawCurves(string metrics, string picture, bool several)
    {
        string[] lines = File.ReadAllLines(metrics);
        string[] names = lines[0].Split(',');
        // Stage names hold no comma, so a row splits as plainly as the header.
        string[][] rows = [.. lines.Skip(1).Select(line => line.Split(','))];
        if (rows.Length == 0) return;
        double[] Column(string name) => [.. rows.Select(row => double.TryParse(row[Array.IndexOf(names, name)], CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
        double[] epochs = Column("epoch");
        // Where other layers begin to learn, between the epochs.
        string[] stages = [.. rows.Select(row => row[Array.IndexOf(names, "stage")])];
        ChartMark[] marks = [.. Enumerable.Range(1, rows.Length - 1).Where(i => stages[i] != stages[i - 1]).Select(i => new ChartMark(stages[i], Picture.Quiet, epochs[i] - 0.5))];
        LineChart[] charts =
        [
            new("Loss", [new("training", Picture.Blue, epochs, Column("train_loss")), new("validation", Picture.Orange, epochs, Column("val_loss"))]),
            new("Validation", [new("macro F1", Picture.Orange, epochs, Column("val_macro_f1")),
                several ? new("mAP", Picture.Green, epochs, Column("val_map")) : new("accuracy", Picture.Green, epochs, Column("val_accuracy"))]),
            new("Learning rate (highest group, at the epoch's end)", [new("rate", Picture.Blue, epochs, Column("learning_rate"))]),
        ];
        Picture.Save(picture, Width, PanelHeight * charts.Length, canvas =>
        {
            for (int i = 0; i < charts.Length; i++) (charts[i] with { Marks = marks }).Draw(canvas, new SKRect(0, i * PanelHeight, Width, (i + 1) * PanelHeight));
        });
    }
}
