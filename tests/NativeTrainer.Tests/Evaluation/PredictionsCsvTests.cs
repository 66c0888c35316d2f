using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Evaluation;

public sealed class PredictionsCsvTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARunsFileIsReadBackAsItWas()
    {
        string[] classes = ["path", "x", "ants, red"];
        var images = new[] { new PredictedImage("a.jpg", 2, [0.25f, 0.1f, 0.65f]), new PredictedImage("b.jpg", -1, [1, 0, 0]), new PredictedImage("c.jpg", 0, [0.2f, 0.7f, 0.1f]) { Crop = new PixelRegion(1, 2, 3, 4) } };
        var set = PredictionsCsv.Read(_folder.File("predictions.csv", EvaluationTables.Predictions(images, classes)));
        Assert.Equal(classes, set.Classes);
        Assert.Equal([2, 0], set.Labels);
        Assert.Equal([2, 1], set.Predicted);
        Assert.Equal([0.25f, 0.1f, 0.65f, 0.2f, 0.7f, 0.1f], set.Probabilities!);
        Assert.Equal(2, set.Names!.Distinct().Count());
        Assert.Equal("rows without a label, which are left out: 1", Assert.Single(set.Notes));
        Assert.Equal(set.Labels, PredictionsCsv.Read(_folder.Path).Labels);
    }

    [Fact]
    public void LabelsAndPredictionsAreEnough()
    {
        var set = Read("label,prediction\ncat,dog\ndog,dog\n");
        Assert.Equal((string[])["cat", "dog"], set.Classes);
        Assert.Equal([0, 1], set.Labels);
        Assert.Equal([1, 1], set.Predicted);
        Assert.Null(set.Probabilities);
    }

    [Fact]
    public void ProbabilitiesAreEnough() => Assert.Equal([1, 0], Read("label,a,b\na,0.3,0.7\nb,0.5,0.5\n").Predicted);

    [Fact]
    public void APredictionThatIsNotTheLikeliestIsTakenAndNoted()
    {
        var set = Read("label,prediction,a,b\na,a,0.3,0.7\n");
        Assert.Equal([0], set.Predicted);
        Assert.Contains("not the class of the highest probability", Assert.Single(set.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("truth,prediction\na,a\n", "the column 'label' is missing (found: truth, prediction)")]
    [InlineData("label;prediction\na;a\n", "separated by commas")]
    [InlineData("label,path\na,b\n", "neither a column 'prediction'")]
    [InlineData("label,a\na,1\n", "one class only, 'a'")]
    [InlineData("label,label\na,1\n", "'label' appears twice")]
    [InlineData("label,a,b\na,0.3,0.7\nb,high,0.5\n", "line 3: 'high' in the column 'a' is not a probability")]
    [InlineData("label,a,b\na,-0.1,1.1\n", "line 2: '-0.1'")]
    [InlineData("label,a,b\na,0.1,0.1\n", "line 2: the probabilities of the 2 classes sum to 0.2")]
    [InlineData("label,a,b\nc,0.5,0.5\n", "line 2: the label 'c' has no column of probabilities. Columns: a, b")]
    [InlineData("label,prediction,a,b\na,c,0.5,0.5\n", "line 2: the prediction 'c'")]
    [InlineData("label,prediction\na\n", "line 2: the header has 2 columns, this row has 1")]
    [InlineData("label,prediction\n,a\n", "no row has a label")]
    public void WhatIsWrongIsNamed(string text, string said)
    {
        var mistake = Assert.Throws<UserException>(() => Read(text));
        Assert.StartsWith(Path.Combine(_folder.Path, "p.csv"), mistake.Message, StringComparison.Ordinal);
        Assert.Contains(said, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PairsAreJoinedByNameWhateverTheOrder()
    {
        var (first, second) = (Read("path,label,a,b\n1,a,1,0\n2,b,0,1\n"), Read("path,label,b,a\n2,b,0.25,0.75\n1,a,0,1\n"));
        var (x, y) = PairedPredictions.Join("x", first, "y", second);
        Assert.Equal(x.Labels, y.Labels);
        Assert.Equal([0, 0], y.Predicted);
        Assert.Equal([1, 0, 0.75f, 0.25f], y.Probabilities!);
    }

    [Theory]
    [InlineData("path,label,prediction\n1,a,a\n", "2 labelled samples, y 1")]
    [InlineData("path,label,prediction\n1,a,a\n3,b,b\n", "lacks the sample 2")]
    [InlineData("path,label,prediction\n1,a,a\n2,a,b\n", "the label of 2 is 'a', and 'b' in x")]
    public void SetsOfOtherSamplesAreNotCompared(string other, string said)
    {
        var (first, second) = (Read("path,label,prediction\n1,a,a\n2,b,b\n"), Read(other));
        Assert.Contains(said, Assert.Throws<UserException>(() => PairedPredictions.Join("x", first, "y", second)).Message, StringComparison.Ordinal);
    }

    private PredictionSet Read(string text) => PredictionsCsv.Read(_folder.File("p.csv", text));
}
