using NativeTrainer.Evaluation.MultiLabel;

namespace NativeTrainer.Tests.Evaluation.MultiLabel;

public sealed class LabelThresholdsTests
{
    [Fact]
    public void TheBestCutLiesBetweenTwoScores()
    {
        // + + − + − − by falling score: all three are worth the one that is called falsely (F1 6/7 against 4/5).
        float[] scores = [0.9f, 0.8f, 0.7f, 0.5f, 0.3f, 0.1f];
        Assert.Equal([(float)((0.5f + (double)0.3f) / 2)], LabelThresholds.Tune(scores, [true, true, false, true, false, false], 1));
    }

    [Fact]
    public void NoThresholdIsBetterOnTheSamesSamples()
    {
        const int Samples = 60, Labels = 5;
        var random = new Random(1);
        bool[] targets = [.. Enumerable.Range(0, Samples * Labels).Select(i => random.Next(4) == 0)];
        // Tenths, so that many are equal.
        float[] scores = [.. targets.Select(t => (float)Math.Round(Math.Clamp((t ? 0.6 : 0.4) + 0.3 * (random.NextDouble() - 0.5), 0, 1), 1))];
        float[] tuned = LabelThresholds.Tune(scores, targets, Labels);
        for (int c = 0; c < Labels; c++)
        {
            double F1(double threshold)
            {
                int both = 0, wrong = 0;
                for (int n = 0; n < Samples; n++)
                {
                    bool has = targets[n * Labels + c], said = scores[n * Labels + c] >= threshold;
                    if (has && said) both++;
                    if (has != said) wrong++;
                }
                return 2.0 * both / (2 * both + wrong);
            }

            Assert.Equal(Enumerable.Range(0, 22).Max(i => F1(i / 20.0 - 0.01)), F1(tuned[c]));
        }
    }

    [Fact]
    public void TwoSamplesWithALabelTellNothing()
        => Assert.Equal([0.5f], LabelThresholds.Tune([0.9f, 0.8f, 0.1f], [true, true, false], 1));

    [Fact]
    public void EqualScoresAreNotParted()
        => Assert.Equal([0.125f], LabelThresholds.Tune([0.25f, 0.25f, 0.25f, 0.25f], [true, true, true, false], 1));
}
