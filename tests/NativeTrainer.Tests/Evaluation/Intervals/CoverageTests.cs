using NativeTrainer.Benchmarks.Evaluation;

namespace NativeTrainer.Tests.Evaluation.Intervals;

/// <summary>A 95 % interval holds the true value in about 95 of 100 test sets: 200 sets are drawn from a classifier whose true figures are known.</summary>
public sealed class CoverageTests(ITestOutputHelper output)
{
    private static readonly KnownClassifier Classifier = new([[0.90, 0.07, 0.03], [0.15, 0.75, 0.10], [0.10, 0.20, 0.70]], [0.5, 0.3, 0.2]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IntervalsCoverTheTruth(bool fixedClassSizes)
    {
        var coverage = IntervalCoverage.Measure(Classifier, samples: 400, fixedClassSizes, sets: 200, resamples: 1000);
        output.WriteLine($"{coverage}");
        Assert.All((double[])[coverage.Wilson, coverage.Accuracy, coverage.MacroF1], share => Assert.InRange(share, 0.92, 0.98));
    }
}
