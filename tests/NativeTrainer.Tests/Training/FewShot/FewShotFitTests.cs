using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;
using NativeTrainer.Tests.Advice;
using NativeTrainer.Training;
using NativeTrainer.Training.FewShot;

namespace NativeTrainer.Tests.Training.FewShot;

public class FewShotFitTests
{
    private static readonly ParallelOptions Two = new() { MaxDegreeOfParallelism = 2 };

    [Theory]
    [InlineData(FewShotHeadKind.Mean)]
    [InlineData(FewShotHeadKind.Cosine)]
    [InlineData(FewShotHeadKind.Lda)]
    [InlineData(FewShotHeadKind.Ridge)]
    [InlineData(FewShotHeadKind.Knn)]
    [InlineData(FewShotHeadKind.Auto)]
    public void EveryHeadTellsClassesApartAndIsAsSureAsItIsRight(FewShotHeadKind kind)
    {
        var (train, labels) = Gaussians.Draw(60, 30, 3, 4);
        var (test, truth) = Gaussians.Draw(600, 30, 3, 4, seed: 2);
        var fit = FewShotFit.Of(train, labels, 3, kind, 2);
        float[] logits = fit.Head.Logits(test, Two);
        NativeTrainer.Evaluation.Metrics.TemperatureScaling.Apply(logits, 3, 1);
        double right = Gaussians.Agreement(LinearProbe.Best(logits, 3), truth), sure = logits.Chunk(3).Average(row => row.Max());
        Assert.True(right > 0.9, $"{right}");
        Assert.InRange(sure - right, -0.08, 0.08);
        Assert.InRange(fit.Choice.Chosen.Accuracy - right, -0.1, 0.1);
    }

    [Fact]
    public void AShrunkCovarianceSeesWhatMeansDoNot()
    {
        // One feature is loud and says nothing; the means of few samples are lost in it.
        var (train, labels) = Loud(40, 1);
        var (test, truth) = Loud(400, 2);
        double Accuracy(FewShotHeadKind kind) => Gaussians.Agreement(LinearProbe.Best(FewShotFit.Of(train, labels, 2, kind).Head.Logits(test, Two), 2), truth);
        Assert.True(Accuracy(FewShotHeadKind.Lda) > Accuracy(FewShotHeadKind.Mean) + 0.1);
        Assert.NotEqual(FewShotHeadKind.Mean, FewShotFit.Of(train, labels, 2).Choice.Chosen.Kind);
    }

    [Fact]
    public void OneImageAClassGivesAHeadWithoutAVerdict()
    {
        var (train, labels) = Gaussians.Draw(3, 20, 3, 6);
        var (test, truth) = Gaussians.Draw(90, 20, 3, 6, seed: 2);
        var fit = FewShotFit.Of(train, labels, 3);
        Assert.Equal((FewShotFit.Preferred, 0), (fit.Choice.Chosen.Kind, fit.Choice.LeftOut));
        Assert.True(double.IsNaN(fit.Choice.Chosen.Accuracy));
        Assert.True(Gaussians.Agreement(LinearProbe.Best(fit.Head.Logits(test, Two), 3), truth) > 0.8);
        Assert.Contains("leaves nothing", fit.Choice.ToString(), StringComparison.Ordinal);
        var error = Assert.Throws<UserException>(() => FewShotFit.Of(train, labels, 3, FewShotHeadKind.Lda));
        Assert.Contains("--few-shot-head lda", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSameBitsForAnyNumberOfThreads()
    {
        var (train, labels) = Gaussians.Draw(90, 40, 3, 2);
        var (one, three) = (FewShotFit.Of(train, labels, 3, threads: 1), FewShotFit.Of(train, labels, 3, threads: 3));
        Assert.Equal(one.Choice.Chosen, three.Choice.Chosen);
        Assert.Equal(one.Head.Logits(train, Two), three.Head.Logits(train, Two));
    }

    [Fact]
    public void ADozenThatAreAllRightAreNoReasonToBeCertain()
    {
        var (train, labels) = Gaussians.Draw(12, 20, 3, 40);
        float[] logits = FewShotFit.Of(train, labels, 3).Head.Logits(train, Two);
        NativeTrainer.Evaluation.Metrics.TemperatureScaling.Apply(logits, 3, 1);
        Assert.InRange(logits.Chunk(3).Average(row => row.Max()), 0.8, 0.99);
    }

    private static (FeatureMatrix Features, int[] Labels) Loud(int n, ulong seed)
    {
        var (features, labels) = Gaussians.Draw(n, 10, 2, 3, seed);
        for (int i = 0; i < n; i++) features.Values[i * 10 + 9] *= 12;
        return (features, labels);
    }
}
