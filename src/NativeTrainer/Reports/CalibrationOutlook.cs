using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Reports;

/// <summary>
/// What a temperature would do, told without flattering it: the samples are halved within each class, each half scaled by the temperature fitted to the other, and the error measured on what
/// comes out.
/// </summary>
/// <param name="Temperature">Fitted to all samples.</param>
/// <param name="Before">Expected calibration error as it is.</param>
/// <param name="After">The same, each half by the other's temperature.</param>
public sealed record CalibrationOutlook(double Temperature, double Before, double After)
{
    /// <summary>Fewer tell nothing of the error after.</summary>
    private const int Fewest = 40;

    /// <returns>Null without probabilities, of few samples, and where no temperature fits.</returns>
    public static CalibrationOutlook? Of(PredictionSet set)
    {
        if (set.Probabilities is not { } probabilities || set.Count < Fewest) return null;
        int classes = set.Classes.Count;
        float[] logits = [.. probabilities.Select(p => MathF.Log(Math.Max(p, float.Epsilon)))];
        var all = TemperatureScaling.Fit(logits, set.Labels, classes);
        if (all.AtBound) return null;
        var seen = new int[classes];
        bool[] odd = [.. set.Labels.Select(label => seen[label]++ % 2 == 1)];
        var halves = new TemperatureScaling[2];
        for (int half = 0; half < 2; half++)
        {
            int[] others = [.. Enumerable.Range(0, set.Count).Where(n => odd[n] != (half == 1))];
            halves[half] = TemperatureScaling.Fit([.. others.SelectMany(n => logits[(n * classes)..((n + 1) * classes)])], [.. others.Select(n => set.Labels[n])], classes);
            if (halves[half].AtBound) return null;
        }
        for (int n = 0; n < set.Count; n++) TemperatureScaling.Apply(logits.AsSpan(n * classes, classes), classes, halves[odd[n] ? 1 : 0].Temperature);
        return new CalibrationOutlook(all.Temperature, ReliabilityDiagram.Of(probabilities, set.Labels, classes).ExpectedError, ReliabilityDiagram.Of(logits, set.Labels, classes).ExpectedError);
    }
}
