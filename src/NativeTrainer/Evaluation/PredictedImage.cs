using NativeTrainer.Imaging;

namespace NativeTrainer.Evaluation;

/// <summary>What a classifier says about one image.</summary>
/// <param name="Path">The image's file, as the data set names it.</param>
/// <param name="Label">Index of the right class; −1 where it is unknown, or where there is none.</param>
/// <param name="Probabilities">One per class; they sum to 1, but of several labels are each for themselves.</param>
public sealed record PredictedImage(string Path, int Label, float[] Probabilities)
{
    /// <summary>The part of the upright picture that was classified; null is all of it.</summary>
    public PixelRegion? Crop { get; init; }

    /// <summary>All right labels, where an image may have none or several; null where it has the one, or they are unknown.</summary>
    public IReadOnlyList<int>? Labels { get; init; }

    /// <summary>Of a sample whose probabilities are known.</summary>
    internal static PredictedImage Of(Imaging.Sample sample, ReadOnlySpan<float> probabilities) => new(sample.Path, sample.Label, probabilities.ToArray()) { Crop = sample.Crop, Labels = sample.Labels };

    /// <summary>The class with the highest probability (ties go to the lower index).</summary>
    public int Predicted
    {
        get
        {
            int best = 0;
            for (int c = 1; c < Probabilities.Length; c++)
                if (Probabilities[c] > Probabilities[best]) best = c;
            return best;
        }
    }
}
