namespace NativeTrainer.Evaluation.Segmentation;

/// <summary>Pixels of a class: of the truth, of the prediction, and of both.</summary>
public readonly record struct ClassPixels(long Truth, long Predicted, long Both)
{
    public long Union => Truth + Predicted - Both;

    /// <summary>Intersection over union, Jaccard's index (1901); NaN where the class is in neither.</summary>
    public double Iou => Both / (double)Union;

    /// <summary>2·|A ∩ B| / (|A| + |B|) (Dice, Ecology 1945), which is F1 of the pixels; NaN where the class is in neither.</summary>
    public double Dice => 2.0 * Both / (Truth + Predicted);

    /// <summary>Found of the truth; NaN where there is none.</summary>
    public double Recall => Both / (double)Truth;

    public static ClassPixels operator +(ClassPixels a, ClassPixels b) => new(a.Truth + b.Truth, a.Predicted + b.Predicted, a.Both + b.Both);

    public static ClassPixels operator *(ClassPixels a, int times) => new(a.Truth * times, a.Predicted * times, a.Both * times);
}

/// <summary>
/// Figures of masks over all their pixels: the counts of all images are added first, as Pascal VOC and Cityscapes have it (Everingham et al., IJCV 2015; Long et al., "Fully convolutional
/// networks for semantic segmentation", CVPR 2015). Means are over the classes that truth or prediction has.
/// </summary>
public sealed class MaskCounts
{
    private readonly ClassPixels[] _classes;

    public MaskCounts(IReadOnlyList<ClassPixels> classes)
    {
        _classes = [.. classes];
        Pixels = _classes.Sum(c => c.Truth);
    }

    public IReadOnlyList<ClassPixels> Classes => _classes;

    /// <summary>Pixels that count.</summary>
    public long Pixels { get; }

    /// <summary>Share of pixels that are right.</summary>
    public double PixelAccuracy => _classes.Sum(c => c.Both) / (double)Pixels;

    /// <summary>Mean share found over the classes of the truth.</summary>
    public double MeanAccuracy => Mean(c => c.Truth > 0, c => c.Recall);

    public double MeanIou => Mean(c => c.Union > 0, c => c.Iou);

    public double MeanDice => Mean(c => c.Union > 0, c => c.Dice);

    /// <summary>IoU where each class counts by its pixels in the truth.</summary>
    public double WeightedIou => _classes.Where(c => c.Truth > 0).Sum(c => c.Truth * c.Iou) / Pixels;

    /// <summary>Counts of two masks of the same size.</summary>
    /// <param name="ignored">Pixels whose truth is this do not count; predicted, it is no class. Null ignores nothing.</param>
    public static MaskCounts Of(ReadOnlySpan<ushort> truth, ReadOnlySpan<ushort> predicted, int? ignored = null)
    {
        if (truth.Length != predicted.Length) throw new ArgumentException($"{truth.Length} pixels against {predicted.Length}");
        int classes = 0;
        foreach (ushort value in truth) if (value != ignored) classes = Math.Max(classes, value + 1);
        foreach (ushort value in predicted) if (value != ignored) classes = Math.Max(classes, value + 1);
        var (of, said, both) = (new long[classes], new long[classes], new long[classes]);
        for (int i = 0; i < truth.Length; i++)
        {
            int a = truth[i], b = predicted[i];
            if (a == ignored) continue;
            of[a]++;
            if (b == ignored) continue;
            said[b]++;
            if (a == b) both[a]++;
        }
        return new MaskCounts([.. of.Select((count, c) => new ClassPixels(count, said[c], both[c]))]);
    }

    private double Mean(Func<ClassPixels, bool> counts, Func<ClassPixels, double> figure)
    {
        double sum = 0;
        int defined = 0;
        foreach (var c in _classes)
        {
            if (!counts(c)) continue;
            sum += figure(c);
            defined++;
        }
        return sum / defined;
    }
}
