using System.Numerics.Tensors;

namespace NativeTrainer.Models;

/// <summary>How a head of nearest neighbours votes. The images are in the tensors <c>fc.bank</c> (images, features; rows of length 1) and <c>fc.bank_labels</c> (images).</summary>
public sealed record NeighbourSpec
{
    /// <summary>Neighbours that vote.</summary>
    public required int Count { get; init; }

    /// <summary>Images kept.</summary>
    public required int Images { get; init; }

    /// <summary>Logits are the logarithms of the classes' shares of the vote over this.</summary>
    public double Divisor { get; init; } = 1;
}

/// <summary>
/// Classifies features by the kept images that are nearest by angle. A vote counts e^((cosine − that of the nearest) / 0.07) (Wu et al., "Unsupervised feature learning via
/// non-parametric instance discrimination", CVPR 2018), and one vote more is spread over all classes, so that none is impossible. Computed on the processor in float64.
/// </summary>
internal sealed class NeighbourHead(NeighbourSpec spec, int classes, float[] bank, int[] labels)
{
    public const string Bank = "fc.bank", BankLabels = "fc.bank_labels";

    private const double Width = 0.07;

    public NeighbourSpec Spec => spec;

    /// <summary>(images, features), rows of length 1.</summary>
    public float[] Images => bank;

    /// <summary>Class of each image.</summary>
    public int[] Labels => labels;

    public NeighbourHead Cooled(double divisor) => new(spec with { Divisor = spec.Divisor * divisor }, classes, bank, labels);

    /// <param name="features">(rows, features).</param>
    /// <returns>(rows, classes).</returns>
    public float[] Logits(float[] features, int rows, int threads)
    {
        var logits = new float[rows * classes];
        int width = features.Length / Math.Max(rows, 1);
        Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = threads }, row => Row(features.AsSpan(row * width, width), logits.AsSpan(row * classes, classes)));
        return logits;
    }

    /// <summary>Scores of the classes, before the divisor: the logarithms of their shares of the vote.</summary>
    /// <param name="cosines">Of the neighbours, the nearest first.</param>
    /// <param name="indices">Of the neighbours among <paramref name="labels"/>.</param>
    public static void Vote(ReadOnlySpan<float> cosines, ReadOnlySpan<int> indices, ReadOnlySpan<int> labels, Span<double> scores)
    {
        scores.Fill(1.0 / scores.Length);
        for (int i = 0; i < indices.Length; i++) scores[labels[indices[i]]] += Math.Exp((cosines[i] - cosines[0]) / Width);
        double sum = TensorPrimitives.Sum<double>(scores);
        for (int c = 0; c < scores.Length; c++) scores[c] = Math.Log(scores[c] / sum);
    }

    private void Row(ReadOnlySpan<float> features, Span<float> logits)
    {
        int count = Math.Min(spec.Count, labels.Length), width = features.Length;
        Span<float> cosines = stackalloc float[count];
        Span<int> nearest = stackalloc int[count];
        cosines.Fill(float.NegativeInfinity);
        float length = TensorPrimitives.Norm(features);
        for (int i = 0; i < labels.Length; i++)
        {
            float cosine = TensorPrimitives.Dot(features, bank.AsSpan(i * width, width)) / (length > 0 ? length : 1);
            if (!(cosine > cosines[^1])) continue;
            int at = count - 1;
            for (; at > 0 && cosine > cosines[at - 1]; at--) (cosines[at], nearest[at]) = (cosines[at - 1], nearest[at - 1]);
            (cosines[at], nearest[at]) = (cosine, i);
        }
        Span<double> scores = stackalloc double[classes];
        Vote(cosines, nearest, labels, scores);
        for (int c = 0; c < classes; c++) logits[c] = (float)(scores[c] / spec.Divisor);
    }
}
