using NativeTrainer.Evaluation.Detection;

namespace NativeTrainer.Tests.Evaluation.Detection;

public sealed class CocoEvaluationTests
{
    // Objects of all sizes, crowds and ignored ones, ties of scores, an image with more than 100 detections, a category with no object and one with no detection.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void ItAgreesWithTheDefinition(int seed)
    {
        var (truth, found) = Drawn(seed);
        var evaluation = CocoEvaluation.Of(truth, found);
        for (int a = 0; a < 4; a++)
        {
            var range = CocoEvaluation.Areas[a];
            for (int m = 0; m < 3; m++)
            {
                for (int t = 0; t < 10; t += seed % 2 + 1)
                {
                    var expected = Enumerable.Range(0, truth.Categories.Count)
                        .Select(k => CocoByDefinition.Evaluate(truth, found, k, CocoEvaluation.Thresholds[t], range.Least, range.Most, CocoEvaluation.MostDetections[m])).ToArray();
                    var defined = expected.OfType<(double[] Precision, double Recall)>().ToArray();
                    Assert.NotEmpty(defined);
                    Assert.Equal(defined.Average(e => e.Precision.Average()), evaluation.AveragePrecision(t, a, m), 1e-12);
                    Assert.Equal(defined.Average(e => e.Recall), evaluation.AverageRecall(t, a, m), 1e-12);
                    if (a > 0 || m < 2) continue;
                    for (int k = 0; k < expected.Length; k++)
                    {
                        Assert.Equal(expected[k]?.Precision ?? [], evaluation.Curve(k, t), (x, y) => Math.Abs(x - y) < 1e-12);
                        Assert.Equal(expected[k]?.Precision.Average() ?? double.NaN, evaluation.CategoryPrecision(k, t), 1e-12);
                    }
                }
            }
        }
    }

    [Fact]
    public void TheNumberOfThreadsChangesNothing()
    {
        var (truth, found) = Drawn(9);
        var (one, many) = (CocoEvaluation.Of(truth, found, 1), CocoEvaluation.Of(truth, found, 7));
        Assert.Equal(one.AveragePrecision(), many.AveragePrecision());
        Assert.Equal(one.AverageRecall(most: 0), many.AverageRecall(most: 0));
    }

    [Fact]
    public void TheThresholdsAreThoseOfNumpy()
        => Assert.Equal([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95], CocoEvaluation.Thresholds);

    private static (DetectionTruth Truth, List<DetectedBox> Found) Drawn(int seed)
    {
        var random = new Random(seed);
        var (boxes, found) = (new List<TruthBox>(), new List<DetectedBox>());
        double Side() => Math.Exp(1.5 + 4 * random.NextDouble()); // 4 to 245 pixels
        double Score() => random.Next(20) / 20.0;
        for (int image = 0; image < 12; image++)
        {
            for (int i = random.Next(9); i >= 0; i--)
            {
                var box = new DetectionBox(random.Next(200), random.Next(200), Side(), Side());
                // Category 3 has no object.
                var there = new TruthBox(image, random.Next(3), box, box.Area * (0.5 + 0.5 * random.NextDouble()), random.Next(8) == 0, random.Next(10) == 0);
                boxes.Add(there);
                for (int times = random.Next(4); times > 0; times--)
                {
                    double shift = 0.3 * random.NextDouble() * Math.Min(box.Width, box.Height);
                    var near = new DetectionBox(box.X + shift, box.Y - shift / 2, box.Width * (0.8 + 0.4 * random.NextDouble()), box.Height);
                    int category = random.Next(6) == 0 ? 3 : there.Category;
                    // Category 2 is never found.
                    if (category != 2) found.Add(new DetectedBox(image, category, random.Next(5) == 0 ? box : near, Score()));
                }
            }
            for (int i = image == 5 ? 150 : random.Next(6); i > 0; i--) found.Add(new DetectedBox(image, 0, new DetectionBox(random.Next(200), random.Next(200), Side(), Side()), Score()));
        }
        return (new DetectionTruth([.. Enumerable.Range(0, 12).Select(i => $"{i}")], ["a", "b", "unfound", "absent"], boxes), found);
    }
}
