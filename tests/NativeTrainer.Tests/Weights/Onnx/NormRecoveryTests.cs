using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>The batch norm recovered from a folded convolution: evaluation is unchanged, and its statistics are those of the images.</summary>
public sealed class NormRecoveryTests
{
    private const int Images = 6, Inputs = 3, Channels = 4, Pixels = 25;
    private const float Epsilon = 1e-5f;

    // Weights, products and sums are below 4 and rounded to float32 at most 8 times on their way: 8 · 4 · 2⁻²⁴.
    private const double Tolerance = 32.0 / (1 << 24);

    private readonly float[] _x = Values(Images * Inputs * Pixels, 1);
    private readonly float[] _w = Values(Channels * Inputs, 2);
    private readonly float[] _bias = Values(Channels, 3);

    [Fact]
    public void StatisticsOfBatchesAreThoseOfAllImages()
    {
        var y = Convolve(_w, _bias);
        var statistics = Measure(y, batch: 4);
        for (int k = 0; k < Channels; k++)
        {
            var (mean, variance) = Moments(y, k);
            Assert.InRange(statistics.Mean(k) - mean, -1e-12, 1e-12);
            Assert.InRange(statistics.Variance(k) - variance, -1e-12, 1e-12);
        }
    }

    [Fact]
    public void EvaluationIsUnchanged()
    {
        float[] w = [.. _w];
        var norm = NormValues.Recover(w, _bias, Measure(Convolve(_w, _bias), Images), Epsilon);
        float[] bias = new float[Channels];
        norm.FoldInto(w, bias, Epsilon);
        for (int i = 0; i < w.Length; i++) Assert.InRange(w[i] - _w[i], -Tolerance, Tolerance);
        for (int k = 0; k < Channels; k++) Assert.InRange(bias[k] - _bias[k], -Tolerance, Tolerance);
    }

    [Fact]
    public void RunningStatisticsAreThoseOfTheBareConvolution()
    {
        float[] w = [.. _w];
        var norm = NormValues.Recover(w, _bias, Measure(Convolve(_w, _bias), Images), Epsilon);
        float[] bare = Convolve(w, new float[Channels]);
        for (int k = 0; k < Channels; k++)
        {
            var (mean, variance) = Moments(bare, k);
            Assert.InRange(norm.Mean[k] - mean, -Tolerance, Tolerance);
            Assert.InRange(norm.Variance[k] - variance, -Tolerance, Tolerance);
        }
    }

    [Fact]
    public void AConstantChannelKeepsItsScale()
    {
        float[] w = [.. _w];
        Array.Clear(w, 0, Inputs);
        var norm = NormValues.Recover(w, _bias, Measure(Convolve(w, _bias), Images), Epsilon);
        Assert.All(w[..Inputs], value => Assert.Equal(0, value));
        Assert.Equal(_bias[0], norm.Bias[0]);
        Assert.Equal(1, norm.Variance[0]);
    }

    private static ChannelStatistics Measure(float[] y, int batch)
    {
        var statistics = new ChannelStatistics(Channels);
        const int perImage = Channels * Pixels;
        for (int first = 0; first < Images; first += batch)
        {
            // A batch that is not full ends in what must not count.
            int count = Math.Min(batch, Images - first);
            float[] part = [.. y.AsSpan(first * perImage, count * perImage), .. Enumerable.Repeat(float.NaN, (batch - count) * perImage)];
            statistics.Add(new OnnxTensor([batch, Channels, 5, 5], part), count);
        }
        return statistics;
    }

    /// <summary>A 1×1 convolution, (N, C, pixels) to (N, K, pixels).</summary>
    private float[] Convolve(float[] w, float[] bias)
    {
        var y = new float[Images * Channels * Pixels];
        for (int i = 0; i < y.Length; i++)
        {
            int n = i / (Channels * Pixels), k = i / Pixels % Channels, p = i % Pixels;
            double sum = bias[k];
            for (int c = 0; c < Inputs; c++) sum += (double)w[k * Inputs + c] * _x[(n * Inputs + c) * Pixels + p];
            y[i] = (float)sum;
        }
        return y;
    }

    private static (double Mean, double Variance) Moments(float[] y, int channel)
    {
        double[] values = [.. y.Where((_, i) => i / Pixels % Channels == channel).Select(v => (double)v)];
        double mean = values.Average();
        return (mean, values.Average(v => (v - mean) * (v - mean)));
    }

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextSingle() - 1)];
    }
}
