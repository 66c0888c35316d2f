using System.Text;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

public sealed class TrainOptionsFileTests
{
    [Fact]
    public void WhatIsWrittenReadsBackTheSame()
    {
        var options = new TrainOptions
        {
            Data = "photos",
            Weights = "w.safetensors",
            Strategy = TrainingStrategy.Gradual,
            Freeze = ["conv1", "layer1"],
            LearningRateFor = new Dictionary<string, float> { ["layer4"] = 1e-4f, ["fc"] = 0.1f },
            Optimizer = OptimizerKind.AdamW,
            Schedule = ScheduleKind.OneCycle,
            Metric = SelectionMetric.MacroF1,
            Balance = BalanceKind.Sampler,
            BatchNorm = BatchNormPolicy.Eval,
            HeadHidden = [256, 64],
            Seed = ulong.MaxValue,
            CacheBytes = 5L << 30,
        };

        string json = TrainOptionsFile.Format(options);

        Assert.Equal(json, TrainOptionsFile.Format(TrainOptionsFile.Parse(Encoding.UTF8.GetBytes(json))));
        Assert.Contains("\"strategy\": \"gradual\"", json);
        Assert.Contains("\"optimizer\": \"adamw\"", json);
        Assert.Contains("\"schedule\": \"one-cycle\"", json);
        Assert.Contains("\"layer4\": 0.0001", json);
    }

    [Theory]
    [InlineData("{\"data\": \"d\", \"epoch\": 3}", "epoch")]
    [InlineData("{\"data\": \"d\", \"strategy\": \"everything\"}", "$.strategy")]
    [InlineData("{\"epochs\": 3}", "data")]
    [InlineData("{\"data\": ", "o.json:1")]
    [InlineData("", "o.json")]
    public void AWrongFileNamesItselfAndThePlace(string text, string mentioned)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("o.json", text);

        var error = Assert.Throws<UserException>(() => TrainOptionsFile.Load(path));

        Assert.Contains(path, error.Message);
        Assert.Contains(mentioned, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void AMissingFileIsTheUsersMistake() => Assert.Throws<UserException>(() => TrainOptionsFile.Load("no/such/options.json"));
}
