using NativeTrainer.Advice.Probes;
using NativeTrainer.Tests.Advice;
using NativeTrainer.Training;
using NativeTrainer.Training.FewShot;

namespace NativeTrainer.Tests.Training.FewShot;

/// <summary>What the closed forms say of left-out samples is what heads fitted without them say.</summary>
public class LeaveOneOutTests
{
    [Theory]
    [InlineData(FewShotHeadKind.Mean, 40)]
    [InlineData(FewShotHeadKind.Cosine, 40)]
    [InlineData(FewShotHeadKind.Ridge, 40)]
    [InlineData(FewShotHeadKind.Ridge, 6)]
    [InlineData(FewShotHeadKind.Knn, 40)]
    public void LeavingOutIsFittingWithout(FewShotHeadKind kind, int width)
    {
        var (features, labels) = Uneven(width);
        using var products = new MatrixProducts(2);
        var samples = new FewShotSamples(features, labels, 3, products);
        foreach (var (candidate, index) in FewShotFit.Candidates(samples, kind).Select((c, i) => (c, i)))
        {
            foreach (int[] turn in samples.Turns)
            {
                int[] rest = [.. Enumerable.Range(0, labels.Length).Except(turn)];
                var without = new FewShotSamples(features.Select(rest), [.. rest.Select(i => labels[i])], 3, products);
                // A penalty in units of the scatter is another number without the turn's samples.
                var head = kind == FewShotHeadKind.Ridge ? Ridge(without, candidate.Setting, samples) : FewShotFit.Candidates(without, kind).ElementAt(index).Fit();
                float[] expected = head.Logits(features.Select(turn), products.Parallel);
                for (int t = 0; t < turn.Length; t++) AssertSame(expected.AsSpan(t * 3, 3), candidate.LeftOut.AsSpan(turn[t] * 3, 3), features, turn[t], kind);
            }
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(5)]
    public void TheDiscriminantWithoutSamplesIsThatOfTheirMeansAndScatter(int width)
    {
        var (features, labels) = Uneven(width);
        using var products = new MatrixProducts(2);
        var samples = new FewShotSamples(features, labels, 3, products);
        var candidate = Assert.Single(FewShotFit.Candidates(samples, FewShotHeadKind.Lda));
        var (scatter, trace) = Scatter(features, labels, Enumerable.Range(0, labels.Length));
        double shrinkage = LinearDiscriminant.Shrinkage(Within(features, labels), new PenalisedScatter(Within(features, labels), products)), n = labels.Length;
        foreach (int[] turn in samples.Turns)
        {
            int[] rest = [.. Enumerable.Range(0, labels.Length).Except(turn)];
            // Shrinkage and divisor are those of all samples; scatter and means are not.
            double[] covariance = Scatter(features, labels, rest).Scatter;
            for (int i = 0; i < covariance.Length; i++) covariance[i] = (1 - shrinkage) * covariance[i] / n + (i / width == i % width ? shrinkage * trace / n / width : 0);
            var means = Means(features, labels, rest);
            double[] solved = [.. means];
            Cholesky.Factor(covariance, width, products.Parallel).Solve(solved, products.Parallel);
            foreach (int sample in turn)
            {
                var expected = new double[3];
                for (int c = 0; c < 3; c++)
                    for (int j = 0; j < width; j++) expected[c] += solved[c * width + j] * (features.Row(sample)[j] - means[c * width + j] / 2);
                // Scores of a sample are known up to a constant.
                for (int c = 1; c < 3; c++) Assert.Equal(expected[c] - expected[0], candidate.LeftOut[sample * 3 + c] - candidate.LeftOut[sample * 3], 2e-3 * (1 + Math.Abs(expected[c] - expected[0])));
            }
        }
        Assert.Equal(scatter.Length, width * width);
    }

    [Fact]
    public void ASampleAloneInItsClassIsNeverLeftOut()
    {
        var (features, labels) = Uneven(12);
        labels[0] = 3;
        using var products = new MatrixProducts(1);
        var samples = new FewShotSamples(features, labels, 4, products);
        Assert.DoesNotContain(0, samples.Turns.SelectMany(turn => turn));
        Assert.Equal(labels.Length - 1, samples.Turns.Sum(turn => turn.Length));
        Assert.All(samples.Turns, turn => Assert.Equal(turn.Length, turn.Select(i => labels[i]).Distinct().Count()));
    }

    private static FewShotHead Ridge(FewShotSamples without, string setting, FewShotSamples all)
    {
        double penalty = double.Parse(setting.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), unit = new PenalisedScatter(all.Centred, all.Products).Trace / Math.Min(all.Count, all.Width);
        var sums = new double[without.Means.Length];
        for (int i = 0; i < sums.Length; i++) sums[i] = without.Means[i] * without.Counts[i / without.Width];
        return new FewShotHead { Linear = without.Uncentred(new PenalisedScatter(without.Centred, without.Products).With(penalty * unit).Solve(sums), [.. without.Counts.Select(c => c / (double)without.Count)]) };
    }

    private static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<double> leftOut, FeatureMatrix features, int sample, FewShotHeadKind kind)
    {
        for (int c = 1; c < 3; c++)
        {
            double wanted = expected[c] - expected[0], told = leftOut[c] - leftOut[0], scale = kind == FewShotHeadKind.Mean ? 1 + features.Row(sample).ToArray().Sum(v => v * v) : 1;
            Assert.Equal(wanted, told, 1e-4 * scale);
        }
    }

    /// <summary>Three classes of 5, 4 and 3 samples.</summary>
    private static (FeatureMatrix Features, int[] Labels) Uneven(int width)
    {
        var (features, labels) = Gaussians.Draw(12, width, 3, 2);
        labels[2] = 0;
        return (features, labels);
    }

    private static double[] Means(FeatureMatrix features, int[] labels, IEnumerable<int> rows)
    {
        var (means, counts) = (new double[3 * features.Width], new int[3]);
        foreach (int i in rows)
        {
            counts[labels[i]]++;
            for (int j = 0; j < features.Width; j++) means[labels[i] * features.Width + j] += features.Row(i)[j];
        }
        return [.. means.Select((m, i) => m / counts[i / features.Width])];
    }

    private static (double[] Scatter, double Trace) Scatter(FeatureMatrix features, int[] labels, IEnumerable<int> rows)
    {
        int d = features.Width;
        var means = Means(features, labels, rows);
        var scatter = new double[d * d];
        foreach (int i in rows)
            for (int a = 0; a < d; a++)
                for (int b = 0; b < d; b++) scatter[a * d + b] += (features.Row(i)[a] - means[labels[i] * d + a]) * (features.Row(i)[b] - means[labels[i] * d + b]);
        return (scatter, Enumerable.Range(0, d).Sum(j => scatter[j * d + j]));
    }

    private static FeatureMatrix Within(FeatureMatrix features, int[] labels)
    {
        var means = Means(features, labels, Enumerable.Range(0, labels.Length));
        return new FeatureMatrix([.. features.Values.Select((v, i) => (float)(v - means[labels[i / features.Width] * features.Width + i % features.Width]))], features.Width);
    }
}
