using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class CrossValidationTests
{
    // Labels that have nothing to do with the features: a probe that had seen a sample would know its label.
    [Fact]
    public void NothingIsLearntFromTheSampleItself()
    {
        var (x, _) = Gaussians.Draw(400, 200, 1, 0);
        int[] labels = [.. Folds.Shuffled(400, 5).Select(i => i % 2)];
        Assert.InRange(CrossValidation.Run(x.Normalised(), labels, 2).Accuracy, 0.5 - 3 * 0.025, 0.5 + 3 * 0.025);
    }

    // Each sample twice: with a copy in another fold the label of pure noise is known.
    [Fact]
    public void GroupsKeepCopiesFromVouchingForEachOther()
    {
        const int n = 200, d = 400;
        var (x, _) = Gaussians.Draw(n, d, 1, 0);
        var twice = new FeatureMatrix([.. x.Values, .. x.Values], d);
        int[] one = [.. Folds.Shuffled(n, 5).Select(i => i % 2)], labels = [.. one, .. one], groups = [.. Enumerable.Range(0, 2 * n).Select(i => i % n)];
        Assert.True(CrossValidation.Run(twice, labels, 2).Accuracy > 0.8);
        Assert.InRange(CrossValidation.Run(twice, labels, 2, groups: groups).Accuracy, 0.5 - 3 * 0.035, 0.5 + 3 * 0.035);
    }

    [Fact]
    public void ProbabilitiesAreCalibrated()
    {
        const int n = 3000;
        var (x, labels) = Gaussians.Draw(n, 6, 3, 1.5f);
        var result = CrossValidation.Run(x, labels, 3);
        double expected = 0;
        for (int i = 0; i < n; i++)
        {
            var row = result.Probabilities.AsSpan(3 * i, 3).ToArray();
            Assert.Equal(1, row.Sum(), 1e-5);
            expected += row.Max() / n;
        }
        // The mean of the largest probability is the accuracy that they promise.
        Assert.InRange(expected, result.Accuracy - 0.03, result.Accuracy + 0.03);
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        var (x, labels) = Gaussians.Draw(90, 40, 3, 1);
        Assert.Equal(CrossValidation.Run(x, labels, 3, threads: 1).Probabilities, CrossValidation.Run(x, labels, 3, threads: 2).Probabilities);
    }

    [Fact]
    public void OneSampleOfEachClassIsNoError()
    {
        var (x, labels) = Gaussians.Draw(4, 8, 4, 3);
        var result = CrossValidation.Run(x, labels, 4);
        Assert.Equal(0, result.Accuracy);
        Assert.All(result.Probabilities, p => Assert.True(float.IsFinite(p)));
    }

    [Fact]
    public void EqualFeaturesGiveTheSharesOfTheClasses()
    {
        var result = CrossValidation.Run(new FeatureMatrix([.. Enumerable.Repeat(1f, 200)], 2), [.. Enumerable.Range(0, 100).Select(i => i < 80 ? 0 : 1)], 3);
        Assert.Equal(0.8, result.Accuracy, 1e-12);
    }

    [Fact]
    public void OneGroupOfAllIsNoError()
    {
        var (x, labels) = Gaussians.Draw(12, 8, 3, 3);
        Assert.Equal(12 * 3, CrossValidation.Run(x, labels, 3, groups: new int[12]).Probabilities.Length);
    }

    [Fact]
    public void OneSampleIsTooFew() => Assert.Throws<ArgumentException>(() => CrossValidation.Run(new FeatureMatrix([1, 2], 2), [0], 2));
}
