using System.Globalization;
using NativeTrainer.Weights;

namespace NativeTrainer.Evaluation.Metrics;

/// <summary>
/// One number T that makes a classifier as sure as it is right: softmax(logits / T), fitted on validation images, which changes no prediction
/// (Guo et al., "On calibration of modern neural networks", ICML 2017).
/// </summary>
/// <param name="Temperature">T: above 1 makes it less sure.</param>
/// <param name="Before">Log loss at T = 1.</param>
/// <param name="After">Log loss at T.</param>
/// <param name="AtBound">Whether the loss still fell at the end of the range: all predictions right, or worse than chance.</param>
public sealed record TemperatureScaling(double Temperature, double Before, double After, bool AtBound)
{
    /// <summary>Smallest and largest temperature that are tried.</summary>
    public const double Coldest = 0.05, Hottest = 20;

    /// <summary>Where a weights file keeps T, among its metadata.</summary>
    public const string Key = "nativetrainer.temperature";

    /// <summary>The mean loss log Σ exp(βz) − βz_right is convex in β = 1/T; its slope is bisected.</summary>
    /// <param name="logits">(samples, classes), or the logarithms of probabilities, which differ from them by a constant a row.</param>
    public static TemperatureScaling Fit(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes)
    {
        if (labels.Length == 0) throw new ArgumentException("there are no samples to fit a temperature to");
        if (logits.Length != labels.Length * classes) throw new ArgumentException($"{logits.Length} logits against {labels.Length} samples of {classes} classes");
        double low = 1 / Hottest, high = 1 / Coldest;
        double before = At(logits, labels, classes, 1).Loss;
        bool rising = At(logits, labels, classes, low).Slope >= 0, falling = At(logits, labels, classes, high).Slope <= 0;
        // A flat loss (all logits equal) has no best temperature.
        if (rising && falling) return new TemperatureScaling(1, before, before, true);
        if (rising) high = low;
        else if (falling) low = high;
        while (high - low > 1e-9 * high)
        {
            double middle = (low + high) / 2;
            if (At(logits, labels, classes, middle).Slope > 0) high = middle;
            else low = middle;
        }
        double beta = (low + high) / 2;
        return new TemperatureScaling(1 / beta, before, At(logits, labels, classes, beta).Loss, rising || falling);
    }

    /// <summary>Probabilities of rows of logits at a temperature, in place.</summary>
    public static void Apply(Span<float> logits, int classes, double temperature)
    {
        for (int start = 0; start < logits.Length; start += classes)
        {
            var row = logits.Slice(start, classes);
            double most = Most(row), sum = 0;
            foreach (float z in row) sum += Math.Exp((z - most) / temperature);
            for (int c = 0; c < classes; c++) row[c] = (float)(Math.Exp((row[c] - most) / temperature) / sum);
        }
    }

    /// <summary>Probabilities of one sample's logits.</summary>
    public static float[] Probabilities(ReadOnlySpan<float> logits, double temperature)
    {
        float[] row = [.. logits];
        Apply(row, row.Length, temperature);
        return row;
    }

    /// <summary>The temperature that weights were given; 1 where none was.</summary>
    public static double Of(ModelWeights weights)
        => weights.Notes.TryGetValue(Key, out string? text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value) ? value : 1;

    /// <summary>Keeps the temperature with weights: prediction and evaluation then apply it. The tensors stay as they are.</summary>
    /// <exception cref="UserException">The file was not written by this program, or cannot be written.</exception>
    public void Store(string weights) => ModelFile.SetNote(weights, Key, Temperature.ToString(CultureInfo.InvariantCulture));

    private static (double Loss, double Slope) At(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes, double beta)
    {
        double loss = 0, slope = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            var row = logits.Slice(n * classes, classes);
            double most = Most(row), sum = 0, mean = 0, right = row[labels[n]] - most;
            foreach (float z in row)
            {
                double distance = z - most;
                if (double.IsNegativeInfinity(distance)) continue;
                double weight = Math.Exp(beta * distance);
                sum += weight;
                mean += weight * distance;
            }
            loss += Math.Log(sum) - beta * right;
            slope += mean / sum - right;
        }
        return (loss / labels.Length, slope / labels.Length);
    }

    private static double Most(ReadOnlySpan<float> row)
    {
        float most = row[0];
        foreach (float z in row) most = Math.Max(most, z);
        return most;
    }
}
