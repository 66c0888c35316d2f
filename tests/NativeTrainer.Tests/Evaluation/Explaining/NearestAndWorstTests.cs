using NativeTrainer.Advice.Probes;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Explaining;

namespace NativeTrainer.Tests.Evaluation.Explaining;

public sealed class NearestAndWorstTests
{
    private static readonly PredictedImage[] Images =
    [
        new("right and sure", 0, [0.9f, 0.1f]),
        new("wrong and sure", 1, [0.95f, 0.05f]),
        new("right but unsure", 1, [0.45f, 0.55f]),
        new("wrong but unsure", 0, [0.4f, 0.6f]),
        new("no label", -1, [1, 0]),
    ];

    [Fact]
    public void LossesFallAndImagesWithoutALabelHaveNone()
    {
        var worst = TopLosses.Of(Images, 10);
        Assert.Equal(["wrong and sure", "wrong but unsure", "right but unsure", "right and sure"], worst.Select(w => w.Image.Path));
        Assert.Equal(-Math.Log(0.05), worst[0].Loss, 1e-6);
    }

    [Fact]
    public void MistakesLeaveOutWhatIsRight() => Assert.Equal(["wrong and sure", "wrong but unsure"], TopLosses.Mistakes(Images, 10).Select(w => w.Image.Path));

    [Fact]
    public void NearestIsByAngleNotByLength()
    {
        var among = new FeatureMatrix([10, 0, 0.1f, 0.1f, 0, 3, -1, 0], 2);
        var near = NearestImages.Find(among, [2, 1.9f], 3);
        Assert.Equal([1, 0, 2], near.Select(n => n.Index));
        Assert.Equal(3.9 / Math.Sqrt(2 * (4 + 3.61)), near[0].Cosine, 1e-6);
    }

    [Fact]
    public void AVectorOfNothingIsNearToNothing() => Assert.All(NearestImages.Find(new FeatureMatrix([1, 2, 0, 0], 2), [0, 0], 2), near => Assert.Equal(0, near.Cosine));

    // By hand: ranks 1, 2.5, 2.5, 4 against 4, 2, 3, 1.
    [Theory]
    [InlineData(new float[] { 1, 2, 3 }, new float[] { 10, 20, 30 }, 1)]
    [InlineData(new float[] { 1, 2, 3 }, new float[] { 5, 4, 3 }, -1)]
    [InlineData(new float[] { 1, 2, 2, 9 }, new float[] { 8, 5, 6, 1 }, -0.9486832980505138)]
    [InlineData(new float[] { 1, 1, 1 }, new float[] { 1, 2, 3 }, double.NaN)]
    public void RanksAreCorrelatedAsSpearmanDefines(float[] a, float[] b, double expected) => Assert.Equal(expected, RankCorrelation.Of(a, b), 1e-12);
}
