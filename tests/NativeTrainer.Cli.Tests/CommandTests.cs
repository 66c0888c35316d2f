using System.Text.Json;

namespace NativeTrainer.Cli.Tests;

/// <summary>Every command as a person calls it.</summary>
public sealed class CommandTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    [Fact]
    public void TrainLeavesAWholeRunFolderThatEvaluateAndPredictUse()
    {
        string run = fixture.In("run");
        var trained = CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "two-stage", "--epochs", "2", "--head-epochs", "3", "--batch", "6", "--threads", "2",
            "--out", run, "--json");
        Assert.True(trained.Code == 0, trained.Error);
        using var json = JsonDocument.Parse(trained.LastLine);
        double accuracy = json.RootElement.GetProperty("best").GetProperty("accuracy").GetDouble();
        Assert.InRange(json.RootElement.GetProperty("best").GetProperty("epoch").GetInt32(), 1, 5);
        Assert.True(json.RootElement.GetProperty("imagesPerSecond").GetDouble() > 0);
        Assert.True(json.RootElement.GetProperty("peakMemoryBytes").GetInt64() > 0);
        Assert.Equal(run, json.RootElement.GetProperty("run").GetString());
        string[] expected = ["options.json", "metrics.csv", "metrics.jsonl", "best.safetensors", "last.safetensors", "state.safetensors", "per-class.csv", "confusion.csv", "predictions.csv", "audit.json",
            "curves.png", "confusion.png", "predictions.png"];
        Assert.Empty(expected.Except(Directory.EnumerateFiles(run).Select(f => Path.GetFileName(f)!)));
        Assert.Single(Directory.EnumerateFiles(run, "events.out.tfevents.*"));
        Assert.Equal(1 + 5, File.ReadAllLines(Path.Combine(run, "metrics.csv")).Length);

        string best = Path.Combine(run, "best.safetensors");
        var evaluated = CliFixture.Run("evaluate", "--weights", best, "--data", fixture.Data, "--split", "val", "--out", fixture.In("report"), "--json");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        using var figures = JsonDocument.Parse(evaluated.LastLine);
        Assert.Equal(accuracy, figures.RootElement.GetProperty("accuracy").GetDouble());
        Assert.Equal(3, figures.RootElement.GetProperty("perClass").GetArrayLength());
        Assert.True(figures.RootElement.TryGetProperty("top5", out _) && figures.RootElement.TryGetProperty("loss", out _));
        Assert.True(File.Exists(Path.Combine(fixture.In("report"), "confusion.png")));

        var predicted = CliFixture.Run("predict", "--weights", best, "--top-k", "2", "--json", Path.Combine(fixture.Data, "val", "boat"));
        Assert.True(predicted.Code == 0, predicted.Error);
        using var images = JsonDocument.Parse(predicted.LastLine);
        Assert.Equal(4, images.RootElement.GetProperty("images").GetArrayLength());
        Assert.Equal(2, images.RootElement.GetProperty("images")[0].GetProperty("predictions").GetArrayLength());
        var csv = CliFixture.Run("predict", "--weights", best, "--top-k", "1", "--csv", Path.Combine(fixture.Data, "val", "fish"));
        Assert.Equal(1 + 4, csv.Output.TrimEnd().Split('\n').Length);

        var repeated = CliFixture.Run("train", "--config", Path.Combine(run, "options.json"), "--threads", "1", "--out", fixture.In("repeated"));
        Assert.True(repeated.Code == 0, repeated.Error);
        Assert.Equal(File.ReadAllBytes(best), File.ReadAllBytes(Path.Combine(fixture.In("repeated"), "best.safetensors")));
    }

    [Fact]
    public void BoxesOfAnnotationsAreTrainedAndEvaluated()
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(fixture.Data, "train"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var images = files.Select((file, i) => $$"""{"id": {{i}}, "file_name": "drawn/train/{{Path.GetFileName(Path.GetDirectoryName(file))}}/{{Path.GetFileName(file)}}", "width": 40, "height": 40}""");
        var boxes = files.SelectMany((_, i) => new[] { "0, 0, 40, 40", "2, 3, 30, 34" }.Select(box => $$"""{"image_id": {{i}}, "category_id": {{i / 12}}, "bbox": [{{box}}]}"""));
        string coco = fixture.In("boxes.json");
        File.WriteAllText(coco, $$"""{"images": [{{string.Join(",", images)}}], "annotations": [{{string.Join(",", boxes)}}], "categories": [{"id": 0, "name": "boat"}, {"id": 1, "name": "fish"}, {"id": 2, "name": "house"}]}""");
        string run = fixture.In("boxes-run");
        var trained = CliFixture.Run("train", "--data", coco, "--crop-boxes", "--weights", fixture.Weights, "--strategy", "head", "--epochs", "2", "--batch", "6", "--threads", "2", "--out", run);
        Assert.True(trained.Code == 0, trained.Error);
        Assert.Contains("COCO annotations of 36 pictures; 72 boxes are used", trained.Error, StringComparison.Ordinal);
        Assert.Contains("\"cropBoxes\": 0.1", File.ReadAllText(Path.Combine(run, "options.json")), StringComparison.Ordinal);
        string[] rows = File.ReadAllLines(Path.Combine(run, "split.csv"));
        Assert.Equal(("path,label,split,group,x,y,width,height", 1 + 72), (rows[0], rows.Length));
        Assert.StartsWith("path,x,y,width,height,label,", File.ReadLines(Path.Combine(run, "predictions.csv")).First(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "predictions.png")));

        string best = Path.Combine(run, "best.safetensors");
        using var ofSplit = JsonDocument.Parse(CliFixture.Run("evaluate", "--weights", best, "--data", Path.Combine(run, "split.csv"), "--json").LastLine);
        using var ofAnnotations = JsonDocument.Parse(CliFixture.Run("evaluate", "--weights", best, "--data", coco, "--crop-boxes", "0.1", "--json").LastLine);
        Assert.Equal(72, ofAnnotations.RootElement.GetProperty("count").GetInt32());
        Assert.Equal(ofAnnotations.RootElement.GetProperty("accuracy").GetDouble(), ofSplit.RootElement.GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public void InspectShowsSpecLabelsAndTensors()
    {
        var text = CliFixture.Run("inspect", fixture.Weights, "--tensors");
        Assert.Equal(0, text.Code);
        Assert.Contains("layer4.0.downsample.0.weight", text.Output, StringComparison.Ordinal);
        Assert.Contains("MIT", text.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(CliFixture.Run("inspect", fixture.Weights, "--json").LastLine);
        Assert.Equal("resnet-demo", json.RootElement.GetProperty("spec").GetProperty("name").GetString());
    }

    [Fact]
    public void ConvertWritesWeightsThatEvaluate()
    {
        string onnx = Material.Path("weights/cifar10-resnet18w16.onnx"), output = fixture.In("cifar.safetensors");
        var converted = CliFixture.Run("convert", onnx, "-o", output, "--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5", "--license", "MIT", "--json");
        Assert.True(converted.Code == 0, converted.Error);
        var evaluated = CliFixture.Run("evaluate", "--weights", output, "--data", Material.Path("datasets/cifar10-small"), "--split", "test", "--json");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        using var json = JsonDocument.Parse(evaluated.LastLine);
        Assert.InRange(json.RootElement.GetProperty("accuracy").GetDouble(), 0.76, 0.80);
    }

    [Fact]
    public void AugmentPreviewWritesAPicture()
    {
        string file = fixture.In("preview.png");
        var result = CliFixture.Run("augment-preview", "--data", fixture.Data, "--augment", "strong", "--size", "32", "--count", "3", "--epochs", "4", "-o", file);
        Assert.True(result.Code == 0, result.Error);
        Assert.True(new FileInfo(file).Length > 1000);
    }

    [Fact]
    public void DevicesListsTheProcessor()
    {
        using var json = JsonDocument.Parse(CliFixture.Run("devices", "--json").LastLine);
        Assert.Equal("cpu", json.RootElement.GetProperty("devices")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("audit")]
    [InlineData("demo")]
    [InlineData("explain")]
    [InlineData("train")]
    [InlineData("plan")]
    [InlineData("lr-find")]
    [InlineData("evaluate")]
    [InlineData("predict")]
    [InlineData("metrics")]
    [InlineData("export")]
    [InlineData("soup")]
    [InlineData("convert")]
    [InlineData("inspect")]
    [InlineData("augment-preview")]
    [InlineData("devices")]
    public void HelpHasExamples(string command)
    {
        var help = CliFixture.Run(command, "--help");
        Assert.Equal(0, help.Code);
        Assert.Contains($"nativetrainer {command}", help.Output, StringComparison.Ordinal);
        Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);
    }
}
