using System.Numerics.Tensors;
using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Evaluation.Explaining;

/// <summary>A training image that looks like another to a network.</summary>
/// <param name="Index">Its row among those that were searched.</param>
/// <param name="Cosine">Of the two feature vectors, −1…1.</param>
public readonly record struct NearImage(int Index, double Cosine);

/// <summary>Which training images a network sees as most like an image: what a mistake was probably learned from.</summary>
public static class NearestImages
{
    /// <param name="among">Features after global average pooling, such as <see cref="Advice.Features.FeatureSet.Matrix"/> of the training images.</param>
    /// <param name="of">One vector of the same width.</param>
    /// <returns>By falling cosine; ties go to the lower row.</returns>
    public static IReadOnlyList<NearImage> Find(FeatureMatrix among, ReadOnlySpan<float> of, int count)
    {
        if (of.Length != among.Width) throw new ArgumentException($"a vector of {of.Length} features among vectors of {among.Width}");
        double length = TensorPrimitives.Norm(of);
        var cosines = new double[among.Rows];
        for (int row = 0; row < cosines.Length; row++)
        {
            double both = length * TensorPrimitives.Norm(among.Row(row));
            cosines[row] = both > 0 ? TensorPrimitives.Dot(of, among.Row(row)) / both : 0;
        }
        return [.. Enumerable.Range(0, cosines.Length).OrderByDescending(row => cosines[row]).Take(count).Select(row => new NearImage(row, cosines[row]))];
    }
}
