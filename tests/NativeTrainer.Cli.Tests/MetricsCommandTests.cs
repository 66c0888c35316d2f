using System.Text.Json;
using NativeTrainer.Evaluation.Metrics;
using SkiaSharp;

namespace NativeTrainer.Cli.Tests;

public sealed class MetricsCommandTests(CliFixture fixture) : IClassFixture<CliFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nativetrainer-metrics-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // What evaluate says of a network, metrics says of its predictions.csv; both with the same intervals.
    [Fact]
    public void ARunsPredictionsGiveTheFiguresOfEvaluate()
    {
        var evaluated = CliFixture.Run("evaluate", "--weights", fixture.Weights, "--data", fixture.Data, "--out", _folder, "--json");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        using var ofNetwork = JsonDocument.Parse(evaluated.LastLine);
        using var ofFile = Json("metrics", _folder, "--json");
        string Figures(JsonDocument json) => json.RootElement.GetProperty("figures").GetRawText();
        Assert.Equal(Figures(ofNetwork), Figures(ofFile));
        double accuracy = ofNetwork.RootElement.GetProperty("accuracy").GetDouble();
        var figure = ofFile.RootElement.GetProperty("figures").GetProperty("accuracy");
        Assert.Equal(accuracy, figure.GetProperty("value").GetDouble());
        Assert.InRange(accuracy, figure.GetProperty("low").GetDouble(), figure.GetProperty("high").GetDouble());
    }

    [Fact]
    public void CurvesAreWrittenForPlotting()
    {
        string csv = Write("p.csv", "label,a,b\na,0.75,0.25\nb,0.5,0.5\nb,0.25,0.75\n"), curves = Path.Combine(_folder, "curves");
        Assert.Equal(0, CliFixture.Run("metrics", csv, "--curves", curves).Code);
        Assert.Equal("class,threshold,false_positive_rate,true_positive_rate\na,∞,0,0\na,0.75,0,1\na,0.5,0.5,1\na,0.25,1,1\nb,∞,0,0\nb,0.75,0,0.5\nb,0.5,0,1\nb,0.25,1,1\n".Replace("∞", double.PositiveInfinity.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            File.ReadAllText(Path.Combine(curves, "roc.csv")));
        Assert.StartsWith("class,threshold,recall,precision\na,", File.ReadAllText(Path.Combine(curves, "precision-recall.csv")), StringComparison.Ordinal);
        Assert.Equal(16, File.ReadAllLines(Path.Combine(curves, "reliability.csv")).Length);
    }

    [Fact]
    public void WhatIsUndefinedIsSaidInWords()
    {
        string csv = Write("p.csv", "label,a,b\na,0.75,0.25\na,0.5,0.5\n");
        string text = CliFixture.Run("metrics", csv).Output;
        Assert.Contains("undefined: no class has samples both of its own and of others", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        using var json = Json("metrics", csv, "--json");
        var auroc = json.RootElement.GetProperty("figures").GetProperty("macroAuroc");
        Assert.Equal(JsonValueKind.Null, auroc.GetProperty("value").ValueKind);
        Assert.StartsWith("undefined", auroc.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TwoFilesAreComparedOnTheSameSamples()
    {
        string first = Write("a.csv", "path,label,prediction\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{"xy"[i % 2]},{"xy"[i < 12 ? 1 - i % 2 : i % 2]}\n")));
        string second = Write("b.csv", "path,label,prediction\n" + string.Concat(Enumerable.Range(0, 40).Reverse().Select(i => $"{i},{"xy"[i % 2]},{"xy"[i < 1 ? 1 - i % 2 : i % 2]}\n")));
        using var json = Json("metrics", first, second, "--json");
        var test = json.RootElement.GetProperty("mcNemar");
        Assert.Equal((0, 11), (test.GetProperty("onlyFirst").GetInt32(), test.GetProperty("onlySecond").GetInt32()));
        Assert.Equal(2 / 2048.0, test.GetProperty("exactP").GetDouble(), 1e-12);
        Assert.Equal(11 / 40.0, json.RootElement.GetProperty("figures").GetProperty("accuracy").GetProperty("difference").GetDouble(), 1e-12);
        Assert.Contains("The second is right more often", CliFixture.Run("metrics", first, second).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralLabelsAreMeasuredEachForItself()
    {
        string csv = Write("labels.csv", "path,labels,cat,dog\n1,cat;dog,0.9,0.4\n2,,0.2,0.3\n3,dog,0.6,0.8\n");
        using var json = Json("metrics", csv, "--threshold", "0.35", "--json");
        double Value(string name) => json.RootElement.GetProperty("figures").GetProperty(name).GetProperty("value").GetDouble();
        // Only the cat on the third is false.
        Assert.Equal((1.0, 6 / 7.0, 1 / 6.0), (Value("map"), Value("microF1"), Value("hammingLoss")));
        Assert.Contains("cat", CliFixture.Run("metrics", csv).Output, StringComparison.Ordinal);
        var mistake = CliFixture.Run("metrics", csv, "--beta", "2");
        Assert.Equal(2, mistake.Code);
        Assert.Contains("--beta is for single labels", mistake.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void BoxesAreMeasuredAsCocoDoes()
    {
        string truth = Write("truth.json", """
            {"images": [{"id": 1}, {"id": 2}], "categories": [{"id": 5, "name": "cat"}, {"id": 6, "name": "dog"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [0, 0, 10, 10]}, {"id": 2, "image_id": 2, "category_id": 5, "bbox": [0, 0, 10, 10]}]}
            """);
        string results = Write("results.json", """
            [{"image_id": 1, "category_id": 5, "bbox": [0, 0, 10, 10], "score": 0.9}, {"image_id": 2, "category_id": 5, "bbox": [0, 0, 10, 6], "score": 0.8}]
            """);
        using var json = Json("metrics", "--task", "detection", "--truth", truth, "--predictions", results, "--json");
        // At 0.50 to 0.60 both are found, above only the first: 51 of 101 recall levels.
        double Value(string name) => json.RootElement.GetProperty("figures").GetProperty(name).GetProperty("value").GetDouble();
        Assert.Equal((3 + 7 * 51 / 101.0) / 10, Value("ap"), 1e-12);
        Assert.Equal((1, 51 / 101.0), (Value("ap50"), Value("ap75")));
        string text = CliFixture.Run("metrics", "--task", "detection", "--truth", truth, "--predictions", results).Output;
        Assert.Contains("undefined: there is no such object", text, StringComparison.Ordinal);
        Assert.Contains("left out of means: 1", text, StringComparison.Ordinal);
    }

    [Fact]
    public void MasksAreMeasuredByPixel()
    {
        Mask("truth/a.png", [0, 0, 1, 255]);
        Mask("said/a.png", [0, 1, 1, 1]);
        using var json = Json("metrics", "--task", "segmentation", "--truth", Path.Combine(_folder, "truth"), "--predictions", Path.Combine(_folder, "said"), "--ignore", "255", "--classes", "road,car", "--json");
        Assert.Equal(0.5, json.RootElement.GetProperty("figures").GetProperty("miou").GetProperty("value").GetDouble(), 1e-12);
        Assert.Equal("car", json.RootElement.GetProperty("perClass")[1].GetProperty("name").GetString());
    }

    // It is kept in the weights, applied by evaluate and predict, and gone from weights that are trained from these.
    [Fact]
    public void ATemperatureStaysWithItsWeights()
    {
        string weights = Path.Combine(_folder, "w.safetensors"), run = Path.Combine(_folder, "run");
        File.Copy(fixture.Weights, weights);
        string picture = Directory.EnumerateFiles(Path.Combine(fixture.Data, "val", "boat")).Order().First();
        double Most() => Json("predict", "--weights", weights, "--json", picture).RootElement.GetProperty("images")[0].GetProperty("predictions")[0].GetProperty("probability").GetDouble();
        double before = Most();
        new TemperatureScaling(1e9, 0, 0, false).Store(weights);
        Assert.True(before > 1 / 3.0 + 1e-4, "the network prefers a class");
        Assert.Equal(1 / 3.0, Most(), 1e-6);
        using var evaluated = Json("evaluate", "--weights", weights, "--data", fixture.Data, "--json");
        Assert.Equal(1e9, evaluated.RootElement.GetProperty("temperature").GetProperty("value").GetDouble());
        Assert.Equal(Math.Log(3), evaluated.RootElement.GetProperty("loss").GetDouble(), 1e-6);

        var trained = CliFixture.Run("train", "--data", fixture.Data, "--weights", weights, "--strategy", "head", "--head-epochs", "1", "--epochs", "1", "--out", run);
        Assert.True(trained.Code == 0, trained.Error);
        using var after = Json("evaluate", "--weights", Path.Combine(run, "best.safetensors"), "--data", fixture.Data, "--json");
        Assert.Equal(1, after.RootElement.GetProperty("temperature").GetProperty("value").GetDouble());
    }

    // Random weights are right no more often than chance: no temperature is best, and none is kept.
    [Fact]
    public void ATemperatureThatCannotBeFittedIsNotKept()
    {
        byte[] before = File.ReadAllBytes(fixture.Weights);
        var result = CliFixture.Run("evaluate", "--weights", fixture.Weights, "--data", fixture.Data, "--split", "val", "--fit-temperature");
        Assert.Equal(2, result.Code);
        Assert.Contains("no temperature fits", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(fixture.Weights));
    }

    [Theory]
    [InlineData("needs predictions")]
    [InlineData("gone.csv: cannot be read", "gone.csv")]
    [InlineData("--truth is for detection", "p.csv", "--truth", "x")]
    [InlineData("needs --truth", "p.json", "--task", "detection")]
    [InlineData("--beta is not for --task detection", "p.json", "--task", "detection", "--beta", "2")]
    [InlineData("--ignore is not for --task classification", "p.csv", "--ignore", "255")]
    [InlineData("no such folder", "p", "--task", "segmentation", "--truth", "nothere")]
    [InlineData("--resamples 1 is out of range", "p.csv", "--resamples", "1")]
    [InlineData("--beta 0 is out of range", "p.csv", "--beta", "0")]
    public void AMistakeIsOneLine(string said, params string[] arguments)
    {
        var result = CliFixture.Run(["metrics", .. arguments]);
        Assert.Equal(2, result.Code);
        string line = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(said, line, StringComparison.Ordinal);
    }

    private static JsonDocument Json(params string[] arguments)
    {
        var result = CliFixture.Run(arguments);
        Assert.True(result.Code == 0, result.Error);
        return JsonDocument.Parse(result.LastLine);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private void Mask(string name, byte[] row)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(row.Length, 1, SKColorType.Gray8));
        row.CopyTo(bitmap.GetPixelSpan());
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(Write(name, ""), data.ToArray());
    }
}
