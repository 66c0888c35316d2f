using NativeTrainer.Evaluation;

namespace NativeTrainer.Tests.Evaluation;

public sealed class EvaluationTablesTests
{
    private static readonly ClassificationMetrics Metrics = ClassificationMetrics.Compute([0.75f, 0.25f, 0.75f, 0.25f], [0, 1], ["ants, red", "bees"]);

    [Fact]
    public void PerClassQuotesNames()
        => Assert.Equal("class,images,precision,recall,f1\n\"ants, red\",1,0.5,1,0.6666666666666666\nbees,1,0,0,0\n", EvaluationTables.PerClass(Metrics));

    [Fact]
    public void ConfusionHasTruthInRows()
        => Assert.Equal("truth,\"ants, red\",bees\n\"ants, red\",1,0\nbees,1,0\n", EvaluationTables.Confusion(Metrics));

    [Fact]
    public void AnUnknownLabelIsEmpty()
    {
        var images = new[] { new PredictedImage("x.jpg", 1, [0.25f, 0.75f]), new PredictedImage("a \"b\".jpg", -1, [0.5f, 0.5f]) };

        Assert.Equal("path,label,predicted,probability,a,b\nx.jpg,b,b,0.75,0.25,0.75\n\"a \"\"b\"\".jpg\",,a,0.5,0.5,0.5\n",
            EvaluationTables.Predictions(images, ["a", "b"]));
    }

    [Theory]
    [InlineData(0.1f, "0.1\n")]
    [InlineData(double.NaN, "\n")]
    [InlineData(true, "true\n")]
    [InlineData("two\nlines", "\"two\nlines\"\n")]
    public void FieldsAreWrittenTheSameEverywhere(object value, string line) => Assert.Equal(line, CsvLine.Of(value));
}
