using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;
using NativeTrainer.Tests.Evaluation.Metrics;

namespace NativeTrainer.Tests.Evaluation.MultiLabel;

public sealed class LabelPredictionsCsvTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nativetrainer-labels-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        var set = LabelCases.Three with { Names = ["x.png", "y,z.png", "w.png"] };
        var read = LabelPredictionsCsv.Read(Write(LabelPredictionsCsv.Format(set)));
        Assert.Equal(set.Labels, read.Labels);
        Assert.Equal(set.Names, read.Names);
        Assert.Equal(set.Targets, read.Targets);
        Assert.Equal(set.Predicted, read.Predicted);
        Assert.Equal(set.Probabilities, read.Probabilities);
    }

    [Fact]
    public void WithoutPredictionsTheThresholdDecides()
    {
        string file = Write("id,labels,cat,dog\n1,cat; dog,0.9,0.4\n2,,0.2,0.3\n");
        Assert.Equal([true, false, false, false], LabelPredictionsCsv.Read(file).Predicted);
        Assert.Equal([true, true, false, false], LabelPredictionsCsv.Read(file, 0.35f).Predicted);
        Assert.Equal([true, true, false, false], LabelPredictionsCsv.Read(file).Targets);
        Assert.Equal(["1", "2"], LabelPredictionsCsv.Read(file).Names);
    }

    [Fact]
    public void WithoutProbabilitiesLabelsAreThoseThatOccur()
    {
        var set = LabelPredictionsCsv.Read(Write("labels,predicted\nb;a,a\n,c\n"));
        Assert.Equal(["a", "b", "c"], set.Labels);
        Assert.Equal([true, true, false, false, false, false], set.Targets);
        Assert.Equal([true, false, false, false, false, true], set.Predicted);
    }

    [Theory]
    [InlineData("labels\na\n", "has neither a column 'predicted' nor columns of probabilities")]
    [InlineData("labels,a,a\na,1,0\n", "the column 'a' appears twice")]
    [InlineData("labels,a\na,1,2\n", "line 2: the header has 2 columns, this row has 3")]
    [InlineData("labels,a\nb,0.5\n", "line 2: 'b' in the column 'labels' has no column of probabilities")]
    [InlineData("labels,a,b\na,3.5,0\n", "line 2: '3.5' in the column 'a' is not a probability")]
    [InlineData("labels,predicted\n,\n", "no row has a label")]
    public void MistakesAreNamed(string text, string expected)
        => Assert.Contains(expected, Assert.Throws<UserException>(() => LabelPredictionsCsv.Read(Write(text))).Message);

    private string Write(string text)
    {
        string path = Path.Combine(_folder, "predictions.csv");
        File.WriteAllText(path, text);
        return path;
    }
}
