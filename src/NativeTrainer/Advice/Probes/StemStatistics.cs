using System.Numerics.Tensors;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Advice.Probes;

/// <summary>
/// The first convolution's output on pictures beside the running statistics that its batch norm kept of the pictures it learned from: where an input is normalised otherwise, they differ
/// by the ratio of the scales, far more than one kind of photographs differs from another.
/// </summary>
/// <param name="VarianceRatio">Variance on the pictures over the running one, the median of the channels.</param>
internal sealed record StemStatistics(double VarianceRatio)
{
    /// <summary>Positions a side of each picture.</summary>
    private const int Grid = 20;

    /// <summary>Channels whose running variance is less than this share of the largest are dead.</summary>
    private const double Alive = 1e-3;

    /// <param name="weights">With three input channels.</param>
    /// <param name="pictures">As they reach the network; larger than its first kernel.</param>
    /// <returns>Null where the file has no statistics of its stem.</returns>
    public static StemStatistics? Of(ModelWeights weights, IReadOnlyList<RgbImage> pictures)
    {
        if (weights.Tensors.GetValueOrDefault("conv1.weight") is not { Shape: [int filters, 3, int rows, int columns] } kernel
            || weights.Tensors.GetValueOrDefault("bn1.running_var") is not { } variance || pictures.Count == 0) return null;
        var (sum, squares) = (new double[filters], new double[filters]);
        var patch = new float[3 * rows * columns]; // (3, R, S)
        foreach (var picture in pictures)
        {
            for (int position = 0; position < Grid * Grid; position++)
            {
                Gather(picture, (picture.Height - rows) * (position / Grid) / (Grid - 1), (picture.Width - columns) * (position % Grid) / (Grid - 1), rows, columns, weights.Spec.Preprocessing, patch);
                for (int k = 0; k < filters; k++)
                {
                    double value = TensorPrimitives.Dot<float>(patch, kernel.Data.AsSpan(k * patch.Length, patch.Length));
                    (sum[k], squares[k]) = (sum[k] + value, squares[k] + value * value);
                }
            }
        }
        double count = (double)pictures.Count * Grid * Grid, least = Alive * variance.Data.Max();
        double[] ratios = [.. Enumerable.Range(0, filters).Where(k => variance.Data[k] > least).Select(k => (squares[k] / count - sum[k] / count * (sum[k] / count)) / variance.Data[k]).Order()];
        return ratios.Length == 0 ? null : new StemStatistics(ratios[ratios.Length / 2]);
    }

    private static void Gather(RgbImage picture, int top, int left, int rows, int columns, Preprocessing preprocessing, float[] patch)
    {
        for (int c = 0; c < 3; c++)
            for (int y = 0; y < rows; y++)
                for (int x = 0; x < columns; x++)
                    patch[(c * rows + y) * columns + x] = (picture.Pixels[((top + y) * picture.Width + left + x) * 3 + c] / 255f - preprocessing.Mean[c]) / preprocessing.Std[c];
    }
}
