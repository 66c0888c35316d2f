using NativeTrainer.Advice.Labels;
using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Labels;

public sealed class LabelErrorsTests
{
    // Thresholds: class 0 (0.9 + 0.8 + 0.1) / 3 = 0.6, class 1 (0.7 + 0.9) / 2 = 0.8. The third reaches class 1's with 0.9; the fourth (0.7) reaches neither.
    [Fact]
    public void TheConfidentJointByHand()
    {
        var errors = LabelErrors.Find([0.9f, 0.1f, 0.8f, 0.2f, 0.1f, 0.9f, 0.3f, 0.7f, 0.1f, 0.9f], [0, 0, 0, 1, 1], 2);
        Assert.Equal([2, 1, 0, 1], errors.Joint.Cast<int>());
        var candidate = Assert.Single(errors.Candidates);
        Assert.Equal((2, 0, 1), (candidate.Sample, candidate.Given, candidate.Suggested));
        Assert.Equal(0.9, candidate.Score, 1e-6);
        // A third of class 0's three and none of class 1's two.
        Assert.Equal(0.2, errors.NoiseRate, 1e-12);
    }

    [Fact]
    public void PlantedErrorsComeFirstWithTheirRightClass()
    {
        var (x, right) = Gaussians.Draw(600, 20, 3, 6);
        int[] labels = [.. right.Select((label, i) => i % 10 == 0 ? (label + 1) % 3 : label)];
        var errors = LabelErrors.Find(x, labels, 3);
        Assert.Equal(60, errors.Candidates.Count(c => c.Sample % 10 == 0));
        Assert.All(errors.Candidates.Take(60), c => Assert.Equal((0, right[c.Sample]), (c.Sample % 10, c.Suggested)));
        Assert.InRange(errors.NoiseRate, 0.08, 0.12);
        Assert.Equal(errors.Candidates.OrderByDescending(c => c.Score), errors.Candidates);
    }

    [Fact]
    public void CleanLabelsGiveFewCandidates()
    {
        var (x, labels) = Gaussians.Draw(600, 20, 3, 6);
        Assert.InRange(LabelErrors.Find(x, labels, 3).Candidates.Count, 0, 6);
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        var (x, labels) = Gaussians.Draw(90, 40, 3, 1);
        Assert.Equal(LabelErrors.Find(x, labels, 3, threads: 1).Quality, LabelErrors.Find(x, labels, 3, threads: 2).Quality);
    }

    [Fact]
    public void DegenerateDataAreNoError()
    {
        var (x, labels) = Gaussians.Draw(3, 8, 3, 3);
        Assert.Equal(3, LabelErrors.Find(x, labels, 3).Quality.Length);
        // Class 1 of 3 is absent: nothing is suggested to be it.
        var (two, _) = Gaussians.Draw(40, 8, 2, 3);
        Assert.DoesNotContain(LabelErrors.Find(two, [.. Enumerable.Range(0, 40).Select(i => 2 * (i % 2))], 3).Candidates, c => c.Suggested == 1);
        Assert.DoesNotContain(LabelErrors.Find(new FeatureMatrix([.. Enumerable.Repeat(1f, 40)], 2), [.. Enumerable.Range(0, 20).Select(i => i < 15 ? 0 : 1)], 2).Candidates, c => c.Given == 0);
    }

    [Fact]
    public void NeighboursThatDisagreeByHand()
    {
        // Two pairs of directions; the last carries the label of the other pair.
        var x = new FeatureMatrix([1, 0, 1, 0.1f, 1, -0.1f, 0, 1, 0.1f, 1, -0.1f, 1], 2);
        double[] scores = NeighbourDisagreement.Score(x, [0, 0, 0, 1, 1, 0], neighbours: 2);
        Assert.True(scores[5] > 0.9 && scores[5] == scores.Max());
        Assert.True(scores[0] < 0.1);
        Assert.All(scores, s => Assert.InRange(s, 0, 1));
        Assert.Equal([0.0], NeighbourDisagreement.Score(new FeatureMatrix([1, 2], 2), [0]));
    }
}
