using NativeTrainer.Advice.Features;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;
using NativeTrainer.Tests.Training;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class TransferabilityTests
{
    [Fact]
    public void BetterFeaturesAreBetterByEveryFigure()
    {
        var (near, labels) = Gaussians.Draw(200, 12, 4, 1);
        var (far, _) = Gaussians.Draw(200, 12, 4, 4);
        FeatureWorth worse = Transferability.Worth(near, labels, 4), better = Transferability.Worth(far, labels, 4);
        Assert.True(better.LogMe > worse.LogMe);
        Assert.True(better.NeighbourAccuracy > worse.NeighbourAccuracy);
        Assert.True(better.ProbeAccuracy > worse.ProbeAccuracy);
        Assert.True(better.ProbeLogLoss < worse.ProbeLogLoss);
    }

    [Fact]
    public void ChanceIsTheMostFrequentClass()
    {
        Assert.Equal(0.6, Transferability.Chance([0, 1, 1, 1, 2]), 1e-12);
        Assert.Equal(0, Transferability.Chance([]));
    }

    [Fact]
    public void TheRandomNetworkSeesAPartOfEachClass()
    {
        using var pictures = new SmallPictures(8, 1);
        var options = new FeatureOptions { Weights = pictures.Weights, Size = 32, Threads = 2, Cache = false };
        using var store = new FeatureStore(options);
        var set = store.Compute(DatasetIndex.Open(pictures.Data).Split(SplitName.Train));
        var report = Transferability.Assess(options, set, 3, compared: 12, seed: 5);
        Assert.Equal((24, 12), (report.Samples, report.Compared));
        Assert.Equal(1 / 3.0, report.Chance, 1e-12);
        Assert.NotNull(report.Random);
        Assert.NotEqual(report.TrainedOnCompared, report.Random);
        Assert.Equal((report.Trained.ProbeAccuracy - 1 / 3.0) / (2 / 3.0), report.Skill, 1e-12);
        Assert.Equal(report, Transferability.Assess(options with { Threads = 1 }, set, 3, compared: 12, seed: 5));
        Assert.True(double.IsNaN(Transferability.Assess(options, set, 3, compared: 0).GainOverRandom));
    }

    [Fact]
    public void RealWeightsBeatChanceAndTheirOwnArchitectureAtRandom()
    {
        string folder = Material.Path("datasets/cifar10-small/train"), onnx = Material.Path("weights/cifar10-resnet18w16.onnx");
        using var output = new TemporaryFolder();
        string weights = Path.Combine(output.Path, "cifar.safetensors");
        NativeTrainer.Weights.Onnx.OnnxConverter.Convert(new NativeTrainer.Weights.Onnx.ConvertOptions { Input = onnx, Output = weights, Mean = [0.5f, 0.5f, 0.5f], Std = [0.5f, 0.5f, 0.5f] }, _ => { });
        var all = DatasetIndex.OpenSplit(folder).Samples;
        Sample[] samples = [.. Enumerable.Range(0, 300).Select(i => all[i * all.Count / 300])];
        var options = new FeatureOptions { Weights = weights, Cache = false };
        using var store = new FeatureStore(options);
        var report = Transferability.Assess(options, store.Compute(samples), 10, compared: 300);
        Assert.True(report.Trained.LogMe > report.Random!.LogMe);
        Assert.True(report.GainOverRandom > 0.2, $"gain {report.GainOverRandom}");
        Assert.True(report.Skill > 0.5, $"skill {report.Skill}");
    }
}
